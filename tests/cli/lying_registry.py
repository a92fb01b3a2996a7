"""A registry that lies: lying_registry.py PORT-FILE

Its repositories are named after what is wrong with their answers. Ends with the test's process."""

import http.server
import json
import sys

PAGES = {"": (["1.0.0", "1.9.0"], "1.9.0"), "1.9.0": (["1.10.0", "1.9.0", "latest"], "latest"), "latest": (["v0.1.0"], None)}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def tell(self, status, body, **headers):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        path, _, query = self.path.partition("?")
        name = path.split("/")[2]
        if "/manifests/" in path:
            said = {} if name == "silent" else {"Docker_Content_Digest": "sha256:" + "0" * 64 if name == "liar" else "sha256:\x1b[2J"}
            said.update({"Content_Type": "application/vnd.oci.image.manifest.v1+json"})
            return self.tell(405 if name == "liar" and self.command == "HEAD" else 200, {"schemaVersion": 2}, **said)
        if name == "pages":
            last = dict(part.split("=") for part in query.split("&")).get("last", "")
            tags, after = PAGES[last]
            link = {"Link": f'</v2/pages/tags/list?last={after}&n=2>; rel="next"'} if after else {}
            return self.tell(200, {"name": name, "tags": tags}, **link)
        answers = {
            "circle": ({"tags": ["a"]}, {"Link": '</v2/circle/tags/list?n=1>; rel="next"'}),
            "empty": ({"tags": None}, {}),
            "list": (["a"], {}),
            "number": ({"tags": [1]}, {}),
            "escapes": ({"tags": ["\x1b]0;title\x07"]}, {}),
            "html": (b"<html>hello</html>", {"Content_Type": "text/html"}),
            "nest": (b"[" * 100000, {}),
            "elsewhere": ({"tags": ["a"]}, {"Link": '<http://registry.example/v2/x/tags/list>; rel="next"'}),
            "words": ({"tags": ["rolling", "nightly"]}, {}),
            "candidates": ({"tags": ["1.0.0-rc.2", "1.0.0-rc.10"]}, {}),
        }
        if name not in answers:
            return self.tell(404, {"errors": [{"code": "NAME_UNKNOWN", "message": "repository name not known to registry"}]})
        body, headers = answers[name]
        self.tell(200, body, **headers)

    do_HEAD = do_GET


server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[1], "w") as file:
    file.write(str(server.server_port))
server.serve_forever()
