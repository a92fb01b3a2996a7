"""A registry that is down, or limits pulls, at first: flaky.py TIMES REGISTRY PORT-FILE [LIMIT]

Answers 503 until the clients have asked for /v2/ (which is how each pull begins) TIMES times, then passes requests on
to REGISTRY (host:port). With LIMIT it answers 429 instead, with this text as the registry's reason. Writes the port it listens on, of 127.0.0.1, to PORT-FILE. No connection is kept open."""

import http.client
import http.server
import json
import os
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    left = int(sys.argv[1])

    def do_GET(self):
        if self.path == "/v2/":
            Handler.left -= 1
        if Handler.left >= 0:
            self.refuse()
            return
        registry = http.client.HTTPConnection(sys.argv[2])
        headers = {name: ", ".join(self.headers.get_all(name)) for name in ("Accept", "Content-Type") if name in self.headers}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        registry.request(self.command, self.path, body=body, headers=headers)
        answer = registry.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.read())

    def refuse(self):
        if len(sys.argv) < 5:
            self.send_error(503)
            return
        reason = json.dumps({"errors": [{"code": "TOOMANYREQUESTS", "message": sys.argv[4]}]}).encode()
        self.send_response(429)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(reason)))
        self.end_headers()
        self.wfile.write(reason)

    do_HEAD = do_POST = do_PUT = do_GET


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[3] + ".new", "w") as file:
    file.write(str(server.server_port))
os.rename(sys.argv[3] + ".new", sys.argv[3])
server.serve_forever()
