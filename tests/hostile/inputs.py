"""Hostile compose files: every key of docs/compose-support.md with every odd value, in an order that a seed decides."""

import random
import re

ESCAPES = ("\x1b]0;", "\x1b[2J", "\x9b", "\u202e", "\u200f", "\u061c")
MARK = "\\e]0;mark\\a\\e[2J\\u202e\\u200f\\u061c"

# Texts of YAML flow style, so that each fits wherever a value can stand.
VALUES = [
    "null", "~", '""', '" "', "[]", "{}", "[[]]", "[null]", '[""]', "{a: null}", '{"": ""}', "[{}]", "[{a: {b: [c]}}]",
    "true", "-1", "0", "1", "1.5", "1e999", ".nan", ".inf", "-.inf", "0x10", "0o17", "017", "1_000", "60:30",
    "18446744073709551616", "-9223372036854775809", "99999999999999999999999999", "2026-01-01", '"1e400"', '"-0"', '"nan"',
    '":"', '"::"', '":::"', '"a:b:c:d:e:f"', '"/"', '"//"', '".."', '"../.."', '"="', '"=x"', '"x="', '"a=b=c"', '","',
    '"a,b"', '"-"', '"80-1"', '"1-99999"', '"99999:99999"', '"[::1]:80:80"', '"1.2.3.4.5"', '"::/0"', '"10.0.0.0/33"',
    '"${UNSET}"', '"${UNSET}:${UNSET}"', '"${UNSET:-x}"', '"$$"', '"${"', '"${A:-${B}"', '"$"', '"${A:?}"', '"10GiB"', '"-5m"',
    '"1h1h1h"', '"99999999999h"', '"service:a"', '"service:"', '"container:"', '"service:nobody"', '"\\0"', '"a\\0b"',
    f'"{MARK}"', f'["{MARK}"]', f'{{"{MARK}": "{MARK}"}}', f'"{MARK}=1"', '"' + "x" * 70000 + '"', "[" * 60 + "]" * 60,
    "&x [*x]", "*nobody", "!reset null", "!override []", "!!binary AA==", "!!int x", "!foo {}", "!reset [a]", "{<<: {a: 1}}",
    "{<<: [1]}", "[a, a]", "{a: b, a: c}", '"/dev/zero"', '"/dev/null"', '"/"', '"a\\nb"', '"~/../x"', '"\\xff"', "é", '"\\ud800"',
    "[80, 80, 80]", '["1:2:3:4"]', '["/a:/b:zz"]', "[{target: 99999}]", "[{source: nobody}]", "{nobody: {}}", "[nobody]",
    '"x -----BEGIN RSA PRIVATE KEY----- y"', '["-----BEGIN PRIVATE KEY-----", "password=x"]',
]
NAMES = {"services": "a", "networks": "n", "volumes": "vv", "secrets": "s", "configs": "c"}


def read_keys(page):
    """Paths of the table, as lists of parts: ("services", "*", "ports", "[]", "target")."""
    with open(page, encoding="utf-8") as file:
        for line in file:
            found = re.match(r"\| `([^`]+)` \|", line)
            if found:
                yield found.group(1).replace("[]", ".[]").split(".")


def build(parts, value):
    """One line of YAML flow style in which the path has the value."""
    text = value
    for i in range(len(parts) - 1, -1, -1):
        part = parts[i]
        if part == "[]":
            text = f"[{text}]"
        elif part == "*":
            text = f"{{{NAMES.get(parts[i - 1], 'k') if i else 'k'}: {text}}}"
        else:
            text = f'{{"{part}": {text}}}'
    return text


BASE = """name: hostile
services:
  a: {image: busybox}
  b: {image: busybox, depends_on: [a], networks: [n], volumes: ["vv:/v"]}
networks: {n: {}}
volumes: {vv: {}}
"""


def files(page, seed):
    """Without end: (what it is, text of a further compose file, to be laid over BASE)."""
    pairs = [(parts, value) for parts in read_keys(page) for value in VALUES]
    random.Random(seed).shuffle(pairs)
    for parts, value in pairs:
        yield f"{'.'.join(parts)}: {value[:60]}", build(parts, value) + "\n"


# Answers that no engine should give, as (what it is, document or raw bytes).
def answers():
    """What may come instead of an answer: documents of wrong types, and what is no HTTP at all."""
    documents = [None, 5, "x", True, [], {}, [None], [5], ["x"], [[]], [{}], {"Id": None}, {"Id": ""}, {"Id": 5}, {"message": 5},
                 {"message": "no\x1b[2J\u202e"}, {"Id": "../../images/x?a=b#c"}, {"Id": "x" * 100000}, [{"Id": {}, "Names": 5, "Labels": []}],
                 [{"Id": "f" * 64, "Names": [], "Labels": {"com.docker.compose.project": "hostile"}}],
                 [{"Id": "f" * 64, "Names": ["/hostile-a-1"], "State": 5, "Labels": {"com.docker.compose.project": "hostile",
                   "com.docker.compose.service": "a", "com.docker.compose.container-number": "-1"}, "Mounts": {}, "NetworkSettings": []}],
                 {"Volumes": 5}, {"Volumes": [None]}, {"StatusCode": "x"}, {"State": [], "Config": 5}]
    for document in documents:
        for status in (200, 201, 404, 409, 500):
            yield f"{status} {str(document)[:60]}", status, document
    for raw in (b"", b"x", b"HTTP/1.1 200 OK\r\n", b"HTTP/9.9 0 \r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
                b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n[]",
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[",
                b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n[", b"HTTP/1.1 204 No\r\n\r\n", b"HTTP/1.1 301 X\r\nLocation: /x\r\n\r\n",
                b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20000 + b"\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{\xff",
                b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 40000\r\n\r\n" + b"[" * 40000,
                b"HTTP/1.1 101 UPGRADED\r\n\r\n", b"\x00" * 1000, b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n[]"):
        yield repr(raw[:50]), None, raw


ODD = [None, 5, -1, 1e308, "x", "", True, [], {}, [None], [5], [[]], ["x"], {"a": 5}, {"a": []}, {"": None}, {"a": {"a": None}}, "x" * 70000,
       "\x1b[2J\u202e", "../../x?a=b#c"]


def places(document, path=()):
    """Where something stands in the document, itself included."""
    yield path
    items = document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    for key, value in items:
        yield from places(value, (*path, key))


def warped(document, dice):
    """A copy of a well document in which one member is something else, or twice there."""
    path, odd = dice.choice(list(places(document))), dice.choice(ODD)

    def copy(part, rest):
        if not rest:
            return [part, part] if dice.random() < 0.1 else odd
        if isinstance(part, dict):
            return {key: copy(value, rest[1:]) if key == rest[0] else value for key, value in part.items()}
        return [copy(value, rest[1:]) if key == rest[0] else value for key, value in enumerate(part)]

    return copy(document, path)
