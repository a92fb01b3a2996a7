"""Take cards from the queue and find out where they go, with the help of the application "geo"."""
import json
import os
import pathlib
import signal
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

from postcards.stores import QUEUE, counters, database

GEO_URL = os.environ.get("GEO_URL", "http://geo:9000")
CACHE = pathlib.Path("/cache/places.json")
ALIVE = pathlib.Path("/tmp/alive")


def locate(place, known):
    """The place's location; None when geo does not know it. Raises OSError when geo cannot be asked."""
    if place not in known:
        query = urllib.parse.urlencode({"place": place})
        try:
            with urllib.request.urlopen(f"{GEO_URL}/lookup?{query}", timeout=5) as answer:
                known[place] = json.load(answer)
        except urllib.error.HTTPError as error:
            if error.code != 404:
                raise
            return None
        CACHE.write_text(json.dumps(known), encoding="utf-8")
    return known[place]


def unlocated(cursor):
    cursor.execute("SELECT id FROM cards WHERE country IS NULL ORDER BY id")
    return [number for (number,) in cursor.fetchall()]


def deliver(connection, number, known):
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT place FROM cards WHERE id = %s", (number,))
        row = cursor.fetchone()
        if row is None:
            return
        where = locate(row[0], known) or {"country": "nowhere we know", "lat": None, "lon": None}
        cursor.execute(
            "UPDATE cards SET country = %s, lat = %s, lon = %s WHERE id = %s",
            (where["country"], where["lat"], where["lon"], number),
        )
        print(f"card {number} goes to {row[0]}, {where['country']}")


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    known = json.loads(CACHE.read_text(encoding="utf-8")) if CACHE.exists() else {}
    connection = database()
    with connection, connection.cursor() as cursor:
        waiting = unlocated(cursor)
    queue = counters()
    while True:
        for number in waiting:
            try:
                deliver(connection, number, known)
            except OSError as error:
                print(f"card {number} has to wait: geo does not answer ({error})")
                queue.rpush(QUEUE, number)
                time.sleep(2)
        ALIVE.touch()
        taken = queue.blpop(QUEUE, timeout=2)
        waiting = [int(taken[1])] if taken else []


def check():
    """Health: the loop came round within the last ten seconds."""
    return 0 if ALIVE.exists() and time.time() - ALIVE.stat().st_mtime < 10 else 1


if __name__ == "__main__":
    sys.exit(check() if "--check" in sys.argv else main())
