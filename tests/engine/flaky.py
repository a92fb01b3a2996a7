"""A registry that is down at first: flaky.py TIMES REGISTRY PORT-FILE

Answers 503 until the clients have asked for /v2/ (which is how each pull begins) TIMES times, then passes GET and HEAD on
to REGISTRY (host:port). Writes the port it listens on, of 127.0.0.1, to PORT-FILE. No connection is kept open."""

import http.client
import http.server
import os
import sys


class Handler(http.server.BaseHTTPRequestHandler):
    left = int(sys.argv[1])

    def do_GET(self):
        if self.path == "/v2/":
            Handler.left -= 1
        if Handler.left >= 0:
            self.send_error(503)
            return
        registry = http.client.HTTPConnection(sys.argv[2])
        registry.request(self.command, self.path, headers={"Accept": ", ".join(self.headers.get_all("Accept", []))})
        answer = registry.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.read())

    do_HEAD = do_GET


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[3] + ".new", "w") as file:
    file.write(str(server.server_port))
os.rename(sys.argv[3] + ".new", sys.argv[3])
server.serve_forever()
