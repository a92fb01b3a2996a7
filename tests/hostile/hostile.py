"""hostile.py [--count N] [--seed N] [--only KIND] [--jobs N] BINARY

Throws N odd inputs of five kinds at the binary: compose files (every key with every odd value, through config, plan and
up), wrong answers of an engine, answers that are well but for one member, closed descriptors, and foreign text on a terminal. What must not happen: a crash, a report
of a sanitizer, a hang, an exit status that is none of ours, a change on the engine by a run that says the file was at fault,
something that is no request sent to the engine, a raw escape on the terminal. Ends with "N passed, N failed"."""

import argparse
import concurrent.futures
import itertools
import os
import pty
import random
import select
import signal
import subprocess
import sys
import tempfile
import time

import engine
import inputs

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(HERE, "../../docs/compose-support.md")
LIMIT = 30  # seconds for one run
COMMANDS = (["config"], ["config", "--format", "json"], ["plan"], ["up", "-d"])
LOOKS = (["up", "-d"], ["plan"], ["ps"], ["ps", "--format", "json"], ["logs"], ["down", "-t0"])
# On an engine that has something.
MEMBERS = (*LOOKS, ["ps", "-a", "--format", "{{json .}}"], ["ls", "-a"], ["ls", "-a", "--format", "json"], ["images"], ["images", "--format", "json"],
           ["volumes"], ["volumes", "--format", "{{json .}} {{.Label \"a\"}}"], ["top"], ["port", "a", "80"], ["stats", "--no-stream"],
           ["stats", "--no-stream", "--format", "{{json .}}"], ["events", "--since", "1h", "--until", "0s"],
           ["events", "--json", "--since", "1h", "--until", "0s"], ["stop", "-t0"], ["restart", "-t0"], ["rm", "-fs"],
           ["attach", "a"], ["attach", "a"], ["exec", "-T", "a", "true"], ["run", "--rm", "-T", "a", "true"])
BAD = (b"Sanitizer", b"runtime error:", b"Assertion")


class Ground:
    """A folder with a project, and the engine it runs on."""

    def __init__(self, binary, spoil=None, over=None, warp=None):
        self.folder = tempfile.TemporaryDirectory(prefix="flow-h")
        path = self.folder.name
        os.mkdir(path + "/run", 0o700)
        self.binary = binary
        self.engine = engine.Engine(path + "/e.sock", spoil, warp)
        self.files = ["-f", "compose.yaml"]
        with open(path + "/compose.yaml", "w", encoding="utf-8") as file:
            file.write(inputs.BASE)
        if over:
            with open(path + "/over.yaml", "w", encoding="utf-8") as file:
                file.write(over)
            self.files += ["-f", "over.yaml"]
        self.env = {"PATH": os.environ["PATH"], "HOME": path, "XDG_RUNTIME_DIR": path + "/run", "DOCKER_HOST": "unix://" + path + "/e.sock",
                    "ASAN_OPTIONS": "detect_leaks=1:exitcode=77", "UBSAN_OPTIONS": "exitcode=77:print_stacktrace=1", "LC_ALL": "C.UTF-8"}

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.engine.close()
        self.folder.cleanup()

    def argv(self, command):
        return [self.binary, *self.files, *command]

    def run(self, command, before=None):
        """(status, stdout, stderr); status None: it hung."""
        child = subprocess.Popen(self.argv(command), cwd=self.folder.name, env=self.env, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, preexec_fn=before)
        try:
            out, err = child.communicate(timeout=LIMIT)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            out, err = child.communicate()
            return None, out, err
        return child.returncode, out, err

    def on_terminal(self, command):
        """(status, what the terminal was sent)."""
        child, screen = pty.fork()
        if child == 0:
            os.chdir(self.folder.name)
            os.execve(self.binary, self.argv(command), self.env | {"TERM": "xterm"})
        sent, end, poll = b"", time.monotonic() + LIMIT, select.poll()
        poll.register(screen, select.POLLIN)
        while poll.poll(max(0, end - time.monotonic()) * 1000):
            try:
                part = os.read(screen, 65536)
            except OSError:
                break
            if not part:
                break
            sent += part
        else:
            os.kill(child, signal.SIGKILL)
        os.close(screen)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), sent


def judge(status, text, allowed=(0, 1, 2)):
    """What is wrong with the end of a run, or None."""
    if status is None:
        return f"no end after {LIMIT} s"
    if status < 0:
        return "ended by signal %d" % -status
    if any(word in text for word in BAD) or status == 77:
        return "a sanitizer reports:\n" + text.decode(errors="replace")[-3000:]
    if status not in allowed:
        return "exit status %d" % status
    return None


def judge_engine(ground, status, text):
    """What is wrong with a run on an engine that answers oddly, or None."""
    wrong = judge(status, text)
    if not wrong and b"\x1b[2J" in text:
        wrong = "an escape of the engine passes"
    if not wrong and ground.engine.garbage:
        wrong = "sends the engine %r" % ground.engine.garbage[0][:60]
    odd = [r[1] for r in ground.engine.requests if ".." in r[1] or "#" in r[1]]
    if not wrong and odd:
        wrong = "an id of the engine changes the path: %r" % odd[0]
    return wrong


def try_file(binary, what, text):
    for command in COMMANDS:
        with Ground(binary, over=text) as ground:
            status, out, err = ground.run(command)
            wrong = judge(status, out + err)
            if not wrong and status == 2 and ground.engine.changes():
                wrong = "says the file is wrong, after " + " ".join(ground.engine.changes()[0][:2])
            if not wrong and status != 0 and not err.strip():
                wrong = "fails without a word"
            if wrong:
                return f"{what}: {' '.join(command)}: {wrong}\n{err.decode(errors='replace')[:600]}"
    return None


def try_answer(binary, command, at, what, status, document):
    answer = document if status is None else engine.reply(status, document if document is not None else b"null")
    deletes = []

    def spoil(number, method, path, _):
        if number == at:
            return answer
        if number > at and method == "DELETE":
            deletes.append(path)
        return None

    with Ground(binary, spoil=spoil) as ground:
        result, out, err = ground.run(command)
        wrong = judge_engine(ground, result, out + err)
        return wrong and f"{' '.join(command)}, request {at}, answer {what}: {wrong}"


def try_member(binary, command, at, seed):
    """The answer to one request is well but for one member."""
    dice, sent = random.Random(seed), []

    def warp(number, document):
        if number == at:
            sent.append(document := inputs.warped(document, dice))
        return document

    with Ground(binary, warp=warp) as ground:
        ground.engine.populate("hostile")
        status, out, err = ground.run(command)
        wrong = judge_engine(ground, status, out + err)
        return wrong and f"{' '.join(command)}, request {at}, seed {seed}, answer {str(sent)[:400]}: {wrong}"


def try_closed(binary, command, closed):
    def close():
        for number in closed:
            os.close(number)

    with Ground(binary) as ground:
        status, out, err = ground.run(command, close)
        wrong = judge(status, out + err)
        if not wrong and ground.engine.garbage:
            wrong = "sends the engine %r" % ground.engine.garbage[0][:60]
        if not wrong and 1 in closed and status == 0 and ground.run(command)[1]:
            wrong = "its output went nowhere, exit status 0"
        return wrong and f"{' '.join(command)} without descriptors {closed}: {wrong}"


def try_terminal(binary, what, text):
    for command in (["config"], ["config", "--services"], ["plan"], ["ps"], ["up", "-d"], ["graph"]):
        with Ground(binary, over=text) as ground:
            status, sent = ground.on_terminal(command)
            wrong = judge(status, sent)
            shown = sent.decode(errors="replace")
            raw = next((mark for mark in inputs.ESCAPES if mark in shown), None)
            if not wrong and raw:
                wrong = "%r reaches the terminal: %r" % (raw, shown[max(0, shown.find(raw) - 80):shown.find(raw) + 40])
            if wrong:
                return f"{what}: {' '.join(command)}: {wrong}"
    return None


def closed_sets():
    return [set_ for size in (1, 2, 3) for set_ in itertools.combinations((0, 1, 2), size)]


def tries(seed):
    """For each kind an endless or long list of (function, arguments)."""
    dice = random.Random(seed)
    answers = [(c, at, *a) for c in LOOKS for at in range(24) for a in inputs.answers() if at < 6 or c[0] == "up"]
    dice.shuffle(answers)
    marked = ((w, t) for w, t in inputs.files(PAGE, seed + 1) if inputs.MARK in t)
    closed = [(c, s) for c in (*COMMANDS, *LOOKS, ["version"], ["graph"], ["up", "--no-log-prefix", "-d"]) for s in closed_sets()]
    members = ((dice.choice(MEMBERS), dice.randrange(1, 8), dice.randrange(1 << 30)) for _ in itertools.count())
    return {"member": ((try_member, a) for a in members), "file": ((try_file, a) for a in inputs.files(PAGE, seed)), "answer": ((try_answer, a) for a in answers),
            "closed": ((try_closed, a) for a in closed), "terminal": ((try_terminal, a) for a in marked)}


# Of a hundred inputs, how many are of which kind.
SHARES = {"file": 40, "answer": 25, "member": 20, "closed": 5, "terminal": 10}


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--count", type=int, default=1500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=SHARES)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("binary")
    options = parser.parse_args()
    binary, kinds = os.path.abspath(options.binary), tries(options.seed)
    passed = failed = 0
    for command in (*COMMANDS, *LOOKS):  # what the odd inputs are laid over is well itself
        with Ground(binary) as ground:
            status, out, err = ground.run(command)
            if status != 0:
                sys.exit(f"the file itself: {' '.join(command)}: {status}\n{(out + err).decode(errors='replace')}")
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for kind, share in SHARES.items():
            count = options.count * share // 100 if not options.only else options.count if kind == options.only else 0
            for wrong in pool.map(lambda job: job[0](binary, *job[1]), itertools.islice(kinds[kind], count)):
                passed, failed = passed + (wrong is None), failed + (wrong is not None)
                if wrong:
                    print(f"FAIL {kind}: {wrong}", flush=True)
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


sys.exit(main())
