"""A registry that wants tokens: bearer.py REGISTRY PORT-FILE LOG [CUT]

Passes requests on to REGISTRY (host:port) when they bring a token for what they do: /token gives one for pulls to anybody, for pushes to anna with
the password correct-horse, or with the identity token refresh-me. Each is good for four requests. Who has asked for which token is written to
LOG. With CUT, the first CUT uploads break off in the middle. Writes the port it listens on, of 127.0.0.1, to PORT-FILE."""

import base64
import http.client
import http.server
import json
import os
import re
import sys
import urllib.parse

cuts = [int(sys.argv[4]) if len(sys.argv) > 4 else 0]
tokens = {}  # token -> [scopes, requests left]


class Handler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def say(self, status, body, *headers):
        text = json.dumps(body).encode()
        self.send_response(status)
        for name, value in headers + (("Content-Type", "application/json"), ("Content-Length", str(len(text)))):
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def give_token(self):
        form = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        login = self.headers.get("Authorization", "")
        if self.command == "POST":
            form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        anna = login == "Basic " + base64.b64encode(b"anna:correct-horse").decode() or form.get("refresh_token") == ["refresh-me"]
        scopes = " ".join(form.get("scope", [])).split()
        with open(sys.argv[3], "a") as log:
            log.write("%s %s %s\n" % (self.command, "anna" if anna else "nobody", " ".join(scopes)))
        if form.get("service") != ["test"] or (login or "refresh_token" in form) and not anna:
            self.say(401, {"errors": [{"code": "UNAUTHORIZED"}]})
            return
        granted = set()
        for scope in scopes:
            kind, name, actions = scope.split(":")
            granted |= {(name, action) for action in actions.split(",") if anna or action == "pull"}
        token = "token-%d" % len(tokens)
        tokens[token] = [granted, 4]
        self.say(200, {"access_token" if self.command == "POST" else "token": token})

    def needed(self):
        name = re.match(r"/v2/(.*?)/(blobs|manifests|tags)/", self.path)
        need = {(name.group(1), "pull" if self.command in ("GET", "HEAD") else "push")} if name else set()
        mount = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query).get("from")
        return need | ({(mount[0], "pull")} if mount else set())

    def pass_on(self):
        if self.path.startswith("/token"):
            self.give_token()
            return
        token = tokens.get(self.headers.get("Authorization", "")[len("Bearer "):], [set(), 0])
        if not self.needed() <= token[0] or not token[1]:
            realm = "http://%s/token" % self.headers["Host"]
            scope = " ".join("repository:%s:%s" % need for need in sorted(self.needed()))
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.say(401, {"errors": [{"code": "UNAUTHORIZED", "message": "authentication required"}]},
                     ("WWW-Authenticate", 'Bearer realm="%s",service="test",scope="%s"' % (realm, scope)))
            return
        token[1] -= 1
        registry = http.client.HTTPConnection(sys.argv[1])
        headers = {name: ", ".join(self.headers.get_all(name)) for name in ("Accept", "Content-Type", "Host") if name in self.headers}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.command == "PUT" and "/uploads/" in self.path and cuts[0]:
            cuts[0] -= 1
            registry.request("PATCH", self.path.split("&digest")[0], body=body[: len(body) // 2], headers=headers)
            registry.getresponse().read()
            self.close_connection = True
            return
        registry.request(self.command, self.path, body=body, headers=headers)
        answer = registry.getresponse()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.read())

    do_GET = do_HEAD = do_POST = do_PUT = pass_on


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(sys.argv[2] + ".new", "w") as file:
    file.write(str(server.server_port))
os.rename(sys.argv[2] + ".new", sys.argv[2])
server.serve_forever()
