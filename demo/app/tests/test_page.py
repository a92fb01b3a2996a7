"""The product from outside, through nginx."""
import json
import os
import unittest
import urllib.parse
import urllib.request

WEB = os.environ.get("WEB_URL", "http://nginx:8080")


def get(path):
    with urllib.request.urlopen(WEB + path, timeout=10) as answer:
        return answer.read().decode()


class Page(unittest.TestCase):
    def test_heartbeat_checks_both_stores(self):
        self.assertEqual(json.loads(get("/__heartbeat__"))["checks"], {"postgresql": "ok", "redis": "ok"})

    def test_visits_are_counted(self):
        first, second = (int(get("/").rsplit("read ", 1)[1].split(" ")[0]) for _ in range(2))
        self.assertGreater(second, first)

    def test_a_card_is_kept_and_escaped(self):
        form = urllib.parse.urlencode({"place": "Kyoto", "message": "<b>maples</b>"}).encode()
        with urllib.request.urlopen(WEB + "/cards", form, timeout=10) as answer:
            page = answer.read().decode()
        self.assertIn("&lt;b&gt;maples&lt;/b&gt;", page)
