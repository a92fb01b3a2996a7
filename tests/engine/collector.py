"""A collector of OpenTelemetry of a few lines: takes POST /v1/traces, checks what stands in it, and writes one line of JSON a request to a
file: path, headers, spans. Its port goes to a second file.

    collector.py LOG PORT-FILE [status STATUS | silent]"""
import http.server
import json
import os
import re
import sys
import threading

log, port_file = sys.argv[1:3]
behaviour = sys.argv[3] if len(sys.argv) > 3 else 'status'
status = int(sys.argv[4]) if len(sys.argv) > 4 else 200


def check(body):
    """Ids, times and references of an ExportTraceServiceRequest; its spans."""
    spans = [span for resource in body['resourceSpans'] for scope in resource['scopeSpans'] for span in scope['spans']]
    ids = {span['spanId'] for span in spans}
    assert len(ids) == len(spans) and len({span['traceId'] for span in spans}) == 1
    for span in spans:
        assert re.fullmatch('[0-9a-f]{32}', span['traceId']) and re.fullmatch('[0-9a-f]{16}', span['spanId']), span
        assert 10**18 < int(span['startTimeUnixNano']) <= int(span['endTimeUnixNano']) < 10**19, span
        assert all(link['spanId'] in ids for link in span.get('links', [])), span
        assert span['kind'] == 1 and span['status']['code'] in (1, 2) and span['name'], span
    return spans


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers['Content-Length'])))
        if behaviour == 'silent':
            threading.Event().wait(600)
            return
        entry = {'path': self.path, 'headers': dict(self.headers), 'spans': check(body), 'resource': body['resourceSpans'][0]['resource']}
        with open(log, 'a', encoding='utf-8') as out:
            out.write(json.dumps(entry) + '\n')
        self.send_response(status)
        self.send_header('Content-Length', '2')
        self.end_headers()
        self.wfile.write(b'{}')

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
with open(port_file + '.new', 'w', encoding='utf-8') as file:
    file.write(str(server.server_port))
os.rename(port_file + '.new', port_file)
server.serve_forever()
