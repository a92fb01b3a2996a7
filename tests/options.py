#!/usr/bin/env python3
"""Whether each option has a test that fails when the option does nothing.

    tests/options.py [PATTERN…]     all rows of the table, or those whose "COMMAND --option" matches one of the shell patterns;
                                    ends with "N passed, N failed"
    tests/options.py --find […]     looks for a test for each option without a row, and prints the row; what has none is told at the end
    tests/options.py --check        only whether each option has its row, and whether the options and tests of the table exist
    tests/options.py --missing      the options that have no row

The table, testdata/spec/option-tests, holds between tabs: command (- for options of all commands), option, file, name of the test. A file
tests/…/x.bats has the test of that name; testdata/cases has the data case.

A test runs with a program in place of the binary that takes the option, with its value, out of the command line and becomes the binary:
an option that is not given and one that is ignored are the same. ENGINE_VERSION (28 where it is there, else 20) chooses the engine,
BINARY what is tried.
"""
import fnmatch
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TABLE = os.path.join(TOP, "testdata/spec/option-tests")
BINARY = os.environ.get("BINARY", os.path.join(TOP, "build/docker-flow"))
TAKES = 180  # seconds at most
TRIES_MOST = 12  # tests that are tried to find one
STARTS = {"exec", "run"}  # whose options end at the first argument
ROW = re.compile(r"^ +(?:-(\S), |    )?--([a-z][a-z0-9-]*)( \S+)?(?:  |$)")


# What there is


def help_rows(command):
    """Options that help prints: long name → (letter or "", takes a value)."""
    words = ["help"] if command == "-" else [command, "--help"]
    text = subprocess.run([BINARY, *words], capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    rows = {}
    inside = False
    for line in text.splitlines():
        if re.match(r"^\S", line):
            inside = line.startswith("Options")
        found = ROW.match(line) if inside else None
        if found:
            rows["--" + found[2]] = (found[1] or "", bool(found[3]))
    return rows


def all_commands():
    text = subprocess.run([BINARY, "help"], capture_output=True, text=True, stdin=subprocess.DEVNULL).stdout
    names = re.findall(r"^  ([a-z]+)(?: [a-z]+)? +[A-Z]", text, re.M)
    return ["-", *dict.fromkeys(name for name in names if name != "help")]


def read_table():
    with open(TABLE, encoding="utf-8") as file:
        lines = [line.rstrip("\n").split("\t") for line in file if line.strip() and not line.startswith("#")]
    return {(command, option): (path, name) for command, option, path, name in lines}


def all_tests():
    """(file, name, text of the test) of all that can be run with another program."""
    tests = []
    cases = os.path.join(TOP, "testdata/cases")
    for name in sorted(os.listdir(cases)):
        with open(os.path.join(cases, name, "args"), encoding="utf-8") as file:
            tests.append(("testdata/cases", name, file.read()))
    for room in ("cli", "engine"):
        folder = os.path.join(TOP, "tests", room)
        for file_name in sorted(os.listdir(folder)):
            if not file_name.endswith(".bats"):
                continue
            with open(os.path.join(folder, file_name), encoding="utf-8") as file:
                text = file.read()
            for found in re.finditer(r'^@test "([^\n]*)" \{\n(.*?)^\}', text, re.M | re.S):
                tests.append((f"tests/{room}/{file_name}", found[1], found[2]))
    return tests


# The program in place of the binary


def without_option(words, command, option, general, own):
    """The words of a command line without the option: general rows count before the command, its own, too, behind it."""
    kept, at, seen = [], 0, None
    while at < len(words):
        word = words[at]
        at += 1
        rows = {**general, **own} if seen == command else general
        letters = {row[0]: row[1] for row in rows.values() if row[0]}
        letter = rows.get(option, ("", False))[0]
        ours = command == "-" or seen == command
        if word == "--" or (seen in STARTS and not word.startswith("-")):
            return [*kept, word, *words[at:]]
        if word.startswith("--"):
            name, equals, _ = word.partition("=")
            has_value = not equals and rows.get(name, ("", False))[1]
            value = words[at:at + 1] if has_value else []
            at += len(value)
            if not (ours and name == option):
                kept += [word, *value]
            continue
        if not word.startswith("-") or word == "-":
            seen = seen or word
            kept.append(word)
            continue
        cluster = "-"
        value = []
        for index, char in enumerate(word[1:], 1):
            takes = letters.get(char, False)
            tail = word[index + 1:] if takes else ""
            if takes and not tail:
                value = words[at:at + 1]
                at += len(value)
            if ours and char == letter:
                value = []
            else:
                cluster += char + tail
            if takes:
                break
        if cluster != "-":
            kept += [cluster, *value]
    return kept


def become_binary():
    command, option = os.environ["OPTION_DROPPED"].split("\t")
    words = sys.argv[2:]
    rows = {"-": {}, command: {}}
    for row in os.environ["OPTION_ROWS"].split("\n"):
        whose, long, short, takes = row.split("\t")
        rows[whose][long] = (short, takes == "1")
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    if words and words[0] != "__complete":
        words = without_option(words, command, option, rows["-"], rows[command])
    os.execv(os.environ["OPTION_BINARY"], [os.environ["OPTION_BINARY"], *words])


# Running


class Bench:
    """A folder with the program in place of the binary, and an engine for as long as it is needed."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="flow-options.", dir="/tmp")
        self.program = os.path.join(self.folder, "docker-flow")
        self.engine = None
        self.rows = {"-": help_rows("-")}
        with open(self.program, "w", encoding="utf-8") as file:
            file.write(f'#!/bin/sh\nexec python3 -ISE {os.path.abspath(__file__)} --drop "$@"\n')
        os.chmod(self.program, 0o755)

    def close(self):
        if self.engine:
            subprocess.run([f"{TOP}/tests/engine.sh", "stop", self.engine["SUITE_DIR"] + "/e"], check=False,
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        shutil.rmtree(self.folder)

    def suite_engine(self):
        if not self.engine:
            place = os.path.join(self.folder, "suite")
            os.makedirs(place + "/config")
            version = os.environ.get("ENGINE_VERSION")
            if not version:
                version = "28" if subprocess.run([f"{TOP}/tests/engine.sh", "available", "28"], check=False,
                                                 capture_output=True).returncode == 0 else "20"
            self.engine = {"SUITE_DIR": place, "ENGINE_VERSION": version, "DOCKER_CONFIG": place + "/config",
                           "DOCKER_HOST": f"unix://{place}/e/docker.sock"}
            for words in ([f"{TOP}/tests/engine.sh", "start", version, place + "/e"], [f"{TOP}/tests/images.sh"]):
                subprocess.run(words, check=True, env={**os.environ, **self.engine}, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL)
        return self.engine

    def rows_text(self, command):
        if command not in self.rows:
            self.rows[command] = help_rows(command)
        return "\n".join("\t".join((whose, long, row[0], "1" if row[1] else "0"))
                         for whose in dict.fromkeys(("-", command)) for long, row in self.rows[whose].items())

    def passes(self, command, option, path, name):
        """Whether the test passes without the option; with option "" whether it passes at all."""
        env = {**os.environ, "OPTION_BINARY": BINARY, "FLOW": self.program, "OPTION_DROPPED": f"{command}\t{option}",
               "OPTION_ROWS": self.rows_text(command)}
        if path == "testdata/cases":
            words = [f"{TOP}/tests/case_run.sh", self.case_program(env), name]
        else:
            if path.startswith("tests/engine/"):
                env.update(self.suite_engine())
            words = ["bats", "-f", "^" + re.sub(r"[][.(){}*+?^$|\\]", r"\\\g<0>", name) + "$", os.path.join(TOP, path)]
        process = subprocess.Popen(words, cwd=TOP, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            return process.wait(TAKES) == 0
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGTERM)
            process.wait()
            return False

    def case_program(self, env):
        """Data cases run without an environment: what is to be known stands in the program."""
        path = os.path.join(self.folder, "case-flow")
        with open(path, "w", encoding="utf-8") as file:
            file.write("#!/bin/bash\n")
            for key in ("OPTION_BINARY", "OPTION_DROPPED", "OPTION_ROWS"):
                file.write("export %s='%s'\n" % (key, env[key]))
            file.write(f'exec python3 -ISE {os.path.abspath(__file__)} --drop "$@"\n')
        os.chmod(path, 0o755)
        return path


def wanted(command, option, patterns):
    return not patterns or any(fnmatch.fnmatch(f"{command} {option}", pattern) for pattern in patterns)


def all_options():
    return [(command, option, row) for command in all_commands() for option, row in help_rows(command).items()
            if option not in ("--help", "--version")]


def print_missing():
    table = read_table()
    for command, option, _ in all_options():
        if (command, option) not in table:
            print(f"{command} {option}")
    return 0


def check_table():
    table, failed = read_table(), 0
    tests = {(path, name): text for path, name, text in all_tests()}
    options = {(command, option): row for command, option, row in all_options()}
    for command, option in sorted(set(options) - set(table)):
        print(f"testdata/spec/option-tests: no test for {command} {option}: tests/options.py --find looks for one")
        failed += 1
    for key, test in table.items():
        if key not in options:
            print(f"testdata/spec/option-tests: there is no {' '.join(key)}")
            failed += 1
        elif test not in tests:
            print(f"testdata/spec/option-tests: {' '.join(key)}: no test {test[1]} in {test[0]}")
            failed += 1
    return failed


def run_table(patterns):
    passed = failed = 0
    bench = Bench()
    try:
        for (command, option), (path, name) in read_table().items():
            if not wanted(command, option, patterns):
                continue
            if bench.passes(command, option, path, name):
                print(f"FAIL {command} {option}: {path}: {name}: passes without it", flush=True)
                failed += 1
            else:
                passed += 1
    finally:
        bench.close()
    print(f"{passed} passed, {failed} failed")
    return failed


def mentions(text, command, option, letter):
    """Whether a line of it has the command with the option."""
    long = re.compile(re.escape(option) + r"(?![a-z-])")
    short = re.compile(rf"(?<!\S)-[A-Za-z]*{letter}") if letter and command != "-" else None
    word = re.compile(rf"(?<![\w-]){command}(?![\w-])")
    for line in text.replace("\\\n", " ").splitlines():
        if (long.search(line) or (short and short.search(line))) and (command == "-" or word.search(line)):
            return True
    return False


def nearness(name, command, option):
    """How much the name of a test says that it is about the option."""
    return 2 * (option in name) + (option[2:] in name) + (command in name.split())


def find_tests(patterns):
    table, tests, missing = read_table(), all_tests(), []
    bench = Bench()
    try:
        for command, option, (letter, _) in all_options():
            if (command, option) in table or not wanted(command, option, patterns):
                continue
            near = sorted((test for test in tests if mentions(test[2], command, option, letter)),
                          key=lambda test: -nearness(test[1], command, option))
            for path, name, _ in near[:TRIES_MOST]:
                if not bench.passes(command, option, path, name) and \
                        bench.passes(command, "", path, name):
                    print(f"{command}\t{option}\t{path}\t{name}", flush=True)
                    break
            else:
                missing.append(f"{command} {option}")
    finally:
        bench.close()
    print("\n".join(f"# none: {row}" for row in missing))
    return len(missing)


def main():
    if sys.argv[1:2] == ["--drop"]:
        become_binary()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    if sys.argv[1:2] == ["--check"]:
        return check_table() > 0
    if sys.argv[1:2] == ["--missing"]:
        return print_missing()
    if sys.argv[1:2] == ["--find"]:
        return find_tests(sys.argv[2:]) > 0
    return run_table(sys.argv[1:]) > 0


if __name__ == "__main__":
    sys.exit(main())
