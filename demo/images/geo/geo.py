"""Where is a place? GET /lookup?place=Lisbon answers {"country": "Portugal", "lat": 38.7, "lon": -9.1}."""
import json
import os
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

with open(os.path.join(os.path.dirname(__file__), "places.json"), encoding="utf-8") as places:
    PLACES = json.load(places)


class Geo(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/_internal_/healthcheck":
            self.answer(200, {"status": "healthy", "places": len(PLACES)})
        elif url.path == "/lookup":
            name = parse_qs(url.query).get("place", [""])[0].strip().lower()
            self.answer(200 if name in PLACES else 404, PLACES.get(name, {"error": "unknown place"}))
        else:
            self.answer(404, {"error": "not found"})

    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
ThreadingHTTPServer(("", int(os.environ.get("PORT", "9000"))), Geo).serve_forever()
