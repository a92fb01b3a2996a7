"""An engine whose every text is foreign: foreign.py SOCKET

It has two containers of the project `shop`; their names, services, images, labels and output hold escapes and marks that turn
the direction of text. Answers what ps, logs and down ask, and nothing else. Ends with the test's process."""

import json
import os
import socketserver
import http.server
import struct
import sys

BAD = "\x1b[2J\x1b]0;title\x07\u009b31m\u200e\u200f\u061c\u202e\u2066\u206a\u2028\x7f"


def container(number):
    labels = {"com.docker.compose.project": "shop", "com.docker.compose.service": f"web{BAD}", "x" + BAD: BAD,
              "com.docker.compose.container-number": str(number), "com.docker.compose.oneoff": "False"}
    return {"Id": f"{number:064x}", "Names": [f"/shop-web-{number}{BAD}"], "Image": f"busybox{BAD}", "Command": BAD,
            "Created": 1700000000, "Ports": [], "Labels": labels, "State": "running", "Status": f"Up 2 hours{BAD}",
            "HostConfig": {"NetworkMode": BAD}, "NetworkSettings": {"Networks": {}}, "Mounts": []}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body, kind = b"OK", "text/plain"
        if "/containers/json" in self.path:
            body, kind = json.dumps([container(1), container(2)]).encode(), "application/json"
        elif "/networks" in self.path or "/volumes" in self.path:
            body, kind = (b"[]" if "/networks" in self.path else b'{"Volumes":[]}'), "application/json"
        elif "/logs" in self.path:
            lines = f"said {BAD}\n".encode()
            body, kind = b"".join(struct.pack(">BxxxL", stream, len(lines)) + lines for stream in (1, 2)), "application/vnd.docker.multiplexed-stream"
        elif "/json" in self.path:
            body, kind = json.dumps({"Id": self.path.split("/")[-2], "Name": "/shop" + BAD, "Image": "sha256:" + "0" * 64,
                               "State": {"Running": True, "Status": "running"}, "Config": {}, "HostConfig": {}}).encode(), "application/json"
        elif "/events" in self.path:
            body, kind = None, "application/json"
        self.send_response(200)
        self.send_header("Api-Version", "1.47")
        self.send_header("Ostype", "linux")
        self.send_header("Content-Type", kind)
        self.send_header("Connection", "close")
        self.end_headers()
        if body is None:
            self.rfile.read()  # until the client goes
        else:
            self.wfile.write(body)

    do_HEAD = do_GET
    log_message = address_string = lambda self, *words: ""


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


server = Server(sys.argv[1] + ".new", Handler)
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
