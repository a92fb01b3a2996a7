#!/usr/bin/env python3
"""An engine that knows one container, recorded-s-1, and sends what it has printed as fast as it is read.

    recorded.py SOCKET MEGABYTES
"""
import json
import os
import socket
import sys
import threading

LINE = b"this is a line of output of a talkative service that writes a lot\n"
FRAME = b"\1\0\0\0" + len(LINE).to_bytes(4, "big") + LINE
BODY = FRAME * ((1 << 15) // len(FRAME))
CHUNK = b"%x\r\n" % len(BODY) + BODY + b"\r\n"  # as the engine sends it: about 32 KiB each
ID = "ab" * 32
LABELS = {"com.docker.compose.project": "recorded", "com.docker.compose.service": "s", "com.docker.compose.container-number": "1",
          "com.docker.compose.oneoff": "False", "com.docker.compose.config-hash": "0"}
LIST = [{"Id": ID, "Names": ["/recorded-s-1"], "Image": "busybox", "ImageID": "sha256:" + ID, "Labels": LABELS, "State": "exited",
         "Status": "Exited (0) 1 second ago", "Created": 1, "Mounts": [], "Ports": [], "NetworkSettings": {"Networks": {}},
         "HostConfig": {"NetworkMode": "bridge"}, "Command": "yes"}]
INSPECT = {"Id": ID, "Name": "/recorded-s-1", "Created": "2026-01-01T00:00:00Z", "State": {"Status": "exited", "Running": False},
           "Config": {"Tty": False, "Labels": LABELS, "Image": "busybox"}, "HostConfig": {"LogConfig": {"Type": "json-file"}}, "Mounts": [],
           "NetworkSettings": {"Networks": {}}}


def answer(peer, path, megabytes):
    if path.endswith("/logs"):
        peer.sendall(b"HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n"
                     b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range((megabytes << 20) // len(BODY)):
            peer.sendall(CHUNK)
        peer.sendall(b"0\r\n\r\n")
        return
    if path.endswith("/events"):
        peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        peer.recv(1)
        return
    document = LIST if path.endswith("/containers/json") else INSPECT if "/containers/" in path else []
    body = b"OK" if path.endswith("/_ping") else json.dumps(document).encode()
    peer.sendall(b"HTTP/1.1 200 OK\r\nApi-Version: 1.51\r\nOstype: linux\r\nServer: Docker/28.0 (linux)\r\n"
                 b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body) + body)


def serve(peer, megabytes):
    stream = peer.makefile("rb")
    try:
        while line := stream.readline():
            while stream.readline().strip():
                pass
            answer(peer, line.split()[1].decode().split("?")[0], megabytes)
    except OSError:
        pass  # whoever asked has gone


def main():
    place, megabytes = sys.argv[1], int(sys.argv[2])
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(place + ".new")
        door.listen(8)
        os.rename(place + ".new", place)
        while True:
            threading.Thread(target=serve, args=(door.accept()[0], megabytes), daemon=True).start()


main()
