#!/usr/bin/env python3
"""Runs a command on a terminal: terminal.py ROWSxCOLUMNS COMMAND…; what the user does is on standard input, a step a line:

wait TEXT      until the terminal shows it, behind what was waited for before
type TEXT      keys, with escapes as in Python (\\r, \\x03)
size ROWSxCOLUMNS
signal NAME    to the command alone
stopped        until the command is stopped
restored       the terminal's modes are what they were
run COMMAND    of the shell, elsewhere; until it succeeds

All that was shown goes to standard output; the exit status is the command's, and 99 when a step fails or the modes are others in
the end than at the beginning."""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time

DEADLINE = 30


def set_size(fd, text):
    rows, columns = map(int, text.split("x"))
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def lead(slave, to_us, command):
    """What a shell does: leads the session, has the command in the foreground, and goes when it has ended."""
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    signal.signal(signal.SIGTTOU, signal.SIG_IGN)
    for fd in range(3):
        os.dup2(slave, fd)
    pid = os.fork()
    if pid == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(0, os.getpgid(0))
        os.closerange(3, 256)
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGTSTP, signal.SIGTTOU, signal.SIGPIPE):
            signal.signal(number, signal.SIG_DFL)
        os.execvp(command[0], command)
    os.write(to_us, str(pid).encode())
    os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) % 256)


class Terminal:
    def __init__(self, size, command):
        self.ours, self.slave = pty.openpty()
        set_size(self.slave, size)
        self.modes = termios.tcgetattr(self.slave)
        self.shown, self.at = b"", 0
        from_leader, to_us = os.pipe()
        self.leader = os.fork()
        if self.leader == 0:
            lead(self.slave, to_us, command)
        self.pid = int(os.read(from_leader, 20))

    def read(self, seconds):
        if select.select([self.ours], [], [], seconds)[0]:
            try:
                self.shown += os.read(self.ours, 65536)
            except OSError:
                pass

    def until(self, true, what):
        end = time.monotonic() + DEADLINE
        while not true():
            if time.monotonic() > end:
                self.fail("never " + what)
            self.read(0.05)

    def fail(self, why):
        sys.stdout.buffer.write(self.shown)
        print("\nterminal.py:", why, flush=True)
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        os._exit(99)

    def wait(self, text):
        text = text.encode()
        self.until(lambda: text in self.shown[self.at:], "shown: " + repr(text))
        self.at = self.shown.index(text, self.at) + len(text)

    def type(self, text):
        os.write(self.ours, text.encode().decode("unicode_escape").encode("latin-1"))

    def size(self, text):
        set_size(self.ours, text)

    def signal(self, name):
        os.kill(self.pid, signal.Signals["SIG" + name])

    def stopped(self):
        self.until(lambda: open(f"/proc/{self.pid}/stat").read().rpartition(")")[2].split()[0] == "T", "stopped")

    def restored(self):
        self.until(lambda: termios.tcgetattr(self.slave) == self.modes, "restored")

    def run(self, text):
        def succeeds():
            with subprocess.Popen(["sh", "-c", text], stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL) as child:
                while child.poll() is None:
                    self.read(0.02)
                return child.returncode == 0
        self.until(succeeds, "true: " + text)

    def finish(self):
        end, status = time.monotonic() + DEADLINE, (0, 0)
        while status[0] == 0:
            status = os.waitpid(self.leader, os.WNOHANG)
            self.read(0.02)
            if time.monotonic() > end:
                self.fail("never ended")
        while select.select([self.ours], [], [], 0)[0]:
            self.read(0)
        if termios.tcgetattr(self.slave) != self.modes:
            self.fail("the terminal's modes are others than before")
        sys.stdout.buffer.write(self.shown)
        sys.stdout.flush()
        return os.waitstatus_to_exitcode(status[1]) % 256


def main():
    terminal = Terminal(sys.argv[1], sys.argv[2:])
    for line in sys.stdin:
        word, _, text = line.rstrip("\n").partition(" ")
        if word:
            getattr(terminal, word)(*([text] if text else []))
    return terminal.finish()


sys.exit(main())
