"""An engine that keeps containers, networks and volumes in memory and can be told to answer wrongly.

It speaks as much of the Engine API as `up`, `plan`, `ps`, `logs` and `down` ask for, so that thousands of inputs
can be tried in minutes. What a real engine does is tested on a real one."""

import json
import os
import socket
import threading
import urllib.parse

API = "1.51"
IMAGE = "sha256:" + "a" * 64
STATS = {"read": "2026-01-01T00:00:01Z", "pids_stats": {"current": 2}, "networks": {"eth0": {"rx_bytes": 10, "tx_bytes": 20}},
         "blkio_stats": {"io_service_bytes_recursive": [{"op": "read", "value": 4096}, {"op": "write", "value": 1}]},
         "memory_stats": {"usage": 5000, "limit": 100000, "stats": {"inactive_file": 1000}},
         "cpu_stats": {"cpu_usage": {"total_usage": 300, "percpu_usage": [1, 2]}, "system_cpu_usage": 2000, "online_cpus": 2},
         "precpu_stats": {"cpu_usage": {"total_usage": 100}, "system_cpu_usage": 1000}}
CHANGES = ("POST", "PUT", "DELETE")


class Engine:
    """spoil(n, method, path, body) -> None, or the bytes to send instead (b"": the connection is closed).
    warp(n, document) -> what is answered in the place of a well document."""

    def __init__(self, path, spoil=None, warp=None):
        self.path, self.spoil, self.warp = path, spoil, warp
        self.requests, self.garbage = [], []
        self.containers, self.networks, self.volumes = {}, {}, {}
        self.lock = threading.Lock()
        self.stopped = threading.Event()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen(64)
        threading.Thread(target=self.accept, daemon=True).start()

    def changes(self):
        """Requests that change something: those that only ask or tell who they are do not count."""
        return [r for r in self.requests if r[0] in CHANGES]

    def close(self):
        self.stopped.set()
        self.listener.close()
        os.unlink(self.path)

    def accept(self):
        while not self.stopped.is_set():
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(peer,), daemon=True).start()

    def serve(self, peer):
        try:
            with peer, peer.makefile("rb") as stream:
                while self.answer(peer, stream):
                    pass
        except OSError:
            pass

    def answer(self, peer, stream):
        line = stream.readline(65536)
        if not line:
            return False
        words = line.split()
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
            self.garbage.append(line)
            return False
        headers = {}
        while True:
            header = stream.readline(65536).strip()
            if not header:
                break
            name, _, value = header.partition(b":")
            headers[name.strip().lower()] = value.strip()
        body = self.read_body(stream, headers)
        method, path = words[0].decode(), words[1].decode("latin-1")
        with self.lock:
            number = len(self.requests)
            self.requests.append((method, path, body))
        wrong = self.spoil and self.spoil(number, method, path, body)
        if wrong is not None:
            peer.sendall(wrong)
            return False
        path = path.split("/v" + API, 1)[-1]
        url = urllib.parse.urlsplit(path)
        query = dict(urllib.parse.parse_qsl(url.query))
        if url.path == "/events" and "until" in query:
            line = self.event()
            line = self.warp(number, line) if self.warp else line
            peer.sendall(reply(200, json.dumps(line) + "\n"))
            return False
        if url.path == "/events":
            peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            self.stopped.wait(30)
            return False
        with self.lock:
            status, document = self.handle(method, url.path, query, body)
        if self.warp and isinstance(document, (dict, list)):
            document = self.warp(number, document)
            document = b"null" if document is None else document
        peer.sendall(reply(status, document))
        return True

    @staticmethod
    def read_body(stream, headers):
        if headers.get(b"transfer-encoding") == b"chunked":
            parts = []
            while True:
                size = int(stream.readline(64).split(b";")[0] or b"0", 16)
                parts.append(stream.read(size))
                stream.readline(64)
                if size == 0:
                    return b"".join(parts)
        return stream.read(int(headers.get(b"content-length", b"0")))

    def handle(self, method, path, query, body):
        parts = path.strip("/").split("/")
        if path == "/_ping":
            return 200, "OK"
        if path in ("/info", "/version"):
            return 200, {"ID": "x", "NCPU": 2, "OSType": "linux", "Architecture": "x86_64", "ServerVersion": "28.5.2",
                         "ApiVersion": API, "Runtimes": {"runc": {}}, "Swarm": {"LocalNodeState": "inactive"}}
        collection = {"containers": self.containers, "networks": self.networks, "volumes": self.volumes}.get(parts[0])
        if parts[0] == "images":
            return 200, {"Id": IMAGE, "RepoTags": ["busybox:latest"], "Size": 4000000, "Created": "2026-01-01T00:00:00Z",
                         "Metadata": {"LastTagTime": "2026-01-02T00:00:00Z"}, "Config": {"Cmd": ["sh"]}, "Os": "linux",
                         "Architecture": "amd64", "RootFS": {"Type": "layers", "Layers": []}}
        if collection is None:
            return 404, {"message": "page not found"}
        if path == "/containers/json":
            return 200, [self.summary(c) for c in collection.values()]
        if path in ("/networks", "/volumes"):
            found = list(collection.values())
            return 200, found if parts[0] == "networks" else {"Volumes": found, "Warnings": None}
        if parts[-1] == "create":
            return self.create(parts[0], collection, query, json.loads(body or b"{}"))
        name = urllib.parse.unquote(parts[1]) if len(parts) > 1 else ""
        found = next((v for k, v in collection.items() if name in (k, v.get("Id"))), None)
        if found is None:
            return 404, {"message": "no such " + parts[0]}
        return self.change(method, parts, query, collection, found)

    def populate(self, project):
        """What an `up` of the project would have left: two containers, a network, a volume."""
        labels = {"com.docker.compose.project": project, "com.docker.compose.oneoff": "False", "com.docker.compose.container-number": "1",
                  "com.docker.compose.config-hash": "f" * 64, "com.docker.compose.project.config_files": "/p/compose.yaml"}
        for service in ("a", "b"):
            self.requests.append(("", "", b""))  # ids are made of their number
            self.create("containers", self.containers, {"name": f"{project}-{service}-1"},
                        {"Image": "busybox", "Labels": labels | {"com.docker.compose.service": service}})
            self.containers[f"{project}-{service}-1"]["State"] = "running"
        for kind, collection, name in (("networks", self.networks, "n"), ("volumes", self.volumes, "v")):
            self.create(kind, collection, {"name": f"{project}_{name}"}, {"Labels": labels | {f"com.docker.compose.{kind[:-1]}": name}})
        self.requests.clear()

    def event(self):
        container = next(iter(self.containers.values()), {"Id": "e" * 64, "Labels": {}, "Name": "x"})
        return {"Type": "container", "Action": "die", "status": "die", "id": container["Id"], "time": 1700000000, "timeNano": 1700000000000000001,
                "Actor": {"ID": container["Id"], "Attributes": container["Labels"] | {"name": container["Name"], "exitCode": "3"}}}

    @staticmethod
    def summary(container):
        return {"Id": container["Id"], "Names": ["/" + container["Name"]], "Image": container["Image"], "ImageID": IMAGE,
                "Command": "sh", "Created": 1700000000, "Labels": container["Labels"],
                "Ports": [{"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}],
                "State": container["State"],
                "Status": {"running": "Up 1 second", "exited": "Exited (0) 1 second ago"}.get(container["State"], "Created"),
                "HostConfig": {"NetworkMode": "default"},
                "NetworkSettings": {"Networks": {"n": {"NetworkID": "d" * 64, "IPAddress": "10.0.0.2"}}},
                "Mounts": [{"Type": "volume", "Name": "v", "Source": "/v", "Destination": "/d", "RW": True}]}

    def create(self, kind, collection, query, wanted):
        name = query.get("name") or wanted.get("Name") or "c%d" % len(collection)
        ident = "%064x" % (len(self.requests) + 1)
        made = {"Id": ident, "Name": name, "Labels": wanted.get("Labels") or {}}
        if kind == "containers":
            made |= {"State": "created", "Image": wanted.get("Image", "")}
        elif kind == "networks":
            made |= {"Driver": "bridge", "Created": "2026-01-01T00:00:00Z", "Scope": "local", "IPAM": {"Config": []}}
        else:
            made |= {"Driver": "local", "Mountpoint": "/v", "CreatedAt": "2026-01-01T00:00:00Z", "Scope": "local"}
        collection[name] = made
        return 201, {"Id": ident, "Warnings": []} if kind != "volumes" else made

    @staticmethod
    def change(method, parts, query, collection, found):
        verb = parts[2] if len(parts) > 2 else ""
        if method == "DELETE":
            del collection[found["Name"]]
            return 204, None
        if verb in ("start", "restart"):  # a hook's container ends at once
            found["State"] = "exited" if "com.docker.compose.hook" in found["Labels"] else "running"
        elif verb in ("stop", "kill"):
            found["State"] = "exited"
        elif verb == "rename":
            del collection[found["Name"]]
            found["Name"] = query.get("name", "x")
            collection[found["Name"]] = found
        elif verb == "logs":
            return 200, b""
        elif verb == "wait":
            return 200, {"StatusCode": 0}
        elif verb == "top":
            return 200, {"Titles": ["UID", "PID", "CMD"], "Processes": [["root", "1", "sh"], ["root", "2", "sleep 1"]]}
        elif verb == "stats":
            return 200, STATS
        elif verb == "json":
            running = found.get("State") == "running"
            return 200, {"Id": found["Id"], "Name": "/" + found["Name"], "Image": IMAGE, "State": {"Status": found.get("State"),
                         "Running": running, "ExitCode": 0, "StartedAt": "2026-01-01T00:00:00Z",
                         "Health": {"Status": "healthy", "Log": [{"Output": "x", "ExitCode": 0}]}},
                         "Config": {"Labels": found["Labels"], "Env": [], "ExposedPorts": {"80/tcp": {}}, "Healthcheck": {"Test": ["CMD", "x"]}},
                         "HostConfig": {"RestartPolicy": {"Name": "no"}}, "Mounts": [],
                         "NetworkSettings": {"Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]},
                                             "Networks": {"n": {"IPAddress": "10.0.0.2"}}}}
        elif method == "GET":
            return 200, found
        return (200, None) if method == "PUT" else (204, None)


def reply(status, document):
    """The bytes of an answer: a document becomes JSON, bytes and text stay."""
    if document is None:
        body, kind = b"", None
    elif isinstance(document, bytes):
        body, kind = document, "application/octet-stream"
    elif isinstance(document, str):
        body, kind = document.encode(), "text/plain"
    else:
        body, kind = json.dumps(document).encode(), "application/json"
    head = "HTTP/1.1 %d X\r\nApi-Version: %s\r\nBuilder-Version: 2\r\nOstype: linux\r\n" % (status, API)
    if kind:
        head += "Content-Type: %s\r\nContent-Length: %d\r\n" % (kind, len(body))
    return head.encode() + b"\r\n" + body
