"""The web page: write a postcard, see the last ones, see how often the page was read."""
import html
import json
import os
import pathlib
import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from postcards.stores import QUEUE, counters, database

PAGE = """<!doctype html>
<meta charset="utf-8"><title>Postcards</title>
<style>body {{ font: 16px/1.5 serif; max-width: 42em; margin: 2em auto }} li img {{ vertical-align: middle }}</style>
<h1>Postcards</h1>
<form method="post" action="/cards">
<p><input name="place" placeholder="Where to?" maxlength="60" required>
<input name="message" placeholder="Wish you were here" maxlength="400" size="40"> <button>Send</button></p>
</form>
<ul>
{cards}
</ul>
<p>This page was read {visits} times.</p>
"""
CARD = '<li><img src="/pictures/{id}.svg" alt="" width="60"> <b>{place}</b> ({country}): {message}</li>'
PICTURE = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 60 40"><rect width="60" height="40" fill="hsl({hue},60%,80%)"/>
<text x="30" y="23" font-size="8" text-anchor="middle">{place}</text></svg>"""


def query(sql, values=()):
    """Run one statement in a connection of its own; returns its rows."""
    connection = database()
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall()
    finally:
        connection.close()


def heartbeat():
    checks = {}
    for name, check in (("postgresql", lambda: query("SELECT 1 FROM cards LIMIT 1")), ("redis", lambda: counters().ping())):
        try:
            check()
            checks[name] = "ok"
        except Exception as error:  # whatever it is, it is the answer
            checks[name] = str(error).strip()
    healthy = all(state == "ok" for state in checks.values())
    return (200 if healthy else 503), {"status": "ok" if healthy else "error", "checks": checks}


class Web(BaseHTTPRequestHandler):
    def do_GET(self):
        if self.path == "/":
            self.page()
        elif self.path == "/__heartbeat__":
            status, body = heartbeat()
            self.answer(status, json.dumps(body), "application/json")
        elif self.path == "/__lbheartbeat__":
            self.answer(200, "", "text/plain")
        elif self.path == "/__version__":
            self.answer(200, pathlib.Path("version.json").read_text(encoding="utf-8"), "application/json")
        elif self.path.startswith("/pictures/") and self.path[10:-4].isdigit() and self.path.endswith(".svg"):
            self.picture(int(self.path[10:-4]))
        else:
            self.answer(404, "not found\n", "text/plain")

    def do_POST(self):
        length = int(self.headers.get("Content-Length", "0"))
        if self.path != "/cards" or not 0 < length <= 4096:
            self.answer(404 if self.path != "/cards" else 400, "no\n", "text/plain")
            return
        form = parse_qs(self.rfile.read(length).decode("utf-8", "replace"))
        place = form.get("place", [""])[0].strip()[:60]
        if not place:
            self.answer(400, "a postcard needs a place\n", "text/plain")
            return
        message = form.get("message", [""])[0][:400]
        ((number,),) = query("INSERT INTO cards (place, message) VALUES (%s, %s) RETURNING id", (place, message))
        counters().rpush(QUEUE, number)
        self.send_response(303)
        self.send_header("Location", "/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def page(self):
        visits = counters().incr("visits")
        rows = query("SELECT id, place, coalesce(country, 'on its way'), message FROM cards ORDER BY id DESC LIMIT 20")
        fields = ("id", "place", "country", "message")
        cards = "\n".join(CARD.format(**{key: html.escape(str(value)) for key, value in zip(fields, row)}) for row in rows)
        self.answer(200, PAGE.format(cards=cards, visits=visits), "text/html; charset=utf-8")

    def picture(self, number):
        rows = query("SELECT place FROM cards WHERE id = %s", (number,)) if number < 2**31 else []
        if not rows:
            self.answer(404, "no such card\n", "text/plain")
            return
        self.answer(200, PICTURE.format(hue=number * 67 % 360, place=html.escape(rows[0][0])), "image/svg+xml")

    def answer(self, status, text, kind):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("", int(os.environ.get("PORT", "8000"))), Web).serve_forever()
