"""An engine of canned answers on engine.sock: `answers.json` has what it says for "METHOD /path" (without version and query) instead of
what a well engine says, and, third, the name of a file that is gone from then on. What it is asked is written to asked."""
import http.server, json, os, re, socketserver

COMPOSE = {"com.docker.compose.project": "shop"}
LIST = [{"Id": "a" * 64, "Names": ["/shop-web-1"], "State": "running", "Status": "Up 1 minute", "Image": "busybox", "ImageID": "sha256:" + "b" * 64,
         "Labels": {**COMPOSE, "com.docker.compose.service": "web", "com.docker.compose.container-number": "1", "com.docker.compose.oneoff": "False"}}]
NETWORKS = [{"Id": "d" * 64, "Name": "shop_default", "Labels": {**COMPOSE, "com.docker.compose.network": "default"}}]
WELL = {
    "GET /_ping": (200, "OK"),
    "GET /info": (200, {"NCPU": 2}),
    "GET /containers/json": (200, LIST),
    "GET /networks": (200, NETWORKS),
    "GET /volumes": (200, {"Volumes": []}),
    "GET /images/busybox/json": (200, {"Id": "sha256:" + "b" * 64, "Config": {}}),
    "POST /networks/create": (201, {"Id": "d" * 64}),
    "POST /containers/create": (201, {"Id": "c" * 64}),
    "GET /events": (200, ""),
}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def address_string(self):
        return "unix"

    def log_message(self, *args):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        while self.headers.get("Transfer-Encoding") == "chunked" and (size := int(self.rfile.readline(), 16)):
            body += self.rfile.read(size)
            self.rfile.readline()
        key = self.command + " " + re.sub(r"^/v1\.\d+", "", self.path.split("?")[0])
        with open("sent", "wb") as sent:
            sent.write(body)
        with open("asked", "a") as asked:
            asked.write(key + "\n")
        status, body = WELL.get(key, (204, ""))
        if os.path.exists("answers.json"):
            status, body, *gone = json.load(open("answers.json")).get(key, (status, body))
            for name in gone:
                os.path.exists(name) and os.remove(name)
        text = body if isinstance(body, str) else json.dumps(body)
        self.send_response(status)
        self.send_header("Api-Version", "1.47")
        if key == "GET /events":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self.wfile.write(b"%x\r\n%s\r\n" % (len(text), text.encode()) if text else b"")
            self.wfile.flush()
            return
        if status != 204:
            self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text.encode())

    do_GET = do_POST = do_DELETE = do_HEAD = do_PUT = answer


class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True


server = Server("engine~", Handler)
os.rename("engine~", "engine.sock")
server.serve_forever()
