"""The daemons of the group: started again and again, and understood by what they say.

A **line** is what one master makes of the group's time while it is active. It begins on the line
that this master followed before. A clock is on the line of the master that told it last.
"""

import collections
import os
import re
import signal
import subprocess
import threading
import time
from pathlib import Path

from bench_support import TIED_TO_US
from berkeley_e2e import raw_now

TOLD = re.compile(r"the connection to the master at ([\d.]+):\d+ has ")
FOLLOWS = re.compile(r"connected to the master at ([\d.]+):\d+$")
LOST = re.compile(r"; trying ")
LEADS = re.compile(r"is active now: it leads the group")
LEADS_NO_MORE = re.compile(r"is active; following it at |no master is active$")
REPORT = re.compile(r"Sanitizer|runtime error:")

KEPT_LINES = 40


class Failure(Exception):
    """A promise was broken."""


class Line:
    def __init__(self, leader, parent):
        self.leader = leader
        self.parent = parent
        self.begun = raw_now()

    def includes(self, line, told):
        """Whether whoever was told `line` at `told` is on this one: then it is this one, or one
        that this one goes on with, as it was then."""
        child = self
        while child is not line:
            if child.parent is line:
                return told < child.begun
            child = child.parent
            if child is None:
                return False
        return True


class Daemon:
    """On one machine, through all its lives."""

    def __init__(self, name, machine, command, folder):
        self.name = name
        self.machine = machine
        self.clock = ()  # how its clock is wrong
        self.lives = 0
        self.state = "down"  # or running, stopped, ending
        self.line = None
        self.leads = False
        self.follows = None  # the address of a master
        self.reports = []
        self.last_lines = collections.deque(maxlen=KEPT_LINES)
        self.leaders = {}  # by address; the same for all daemons
        self._command = command
        self._folder = folder
        self._process = None
        self._reader = None

    # --- what is done to it ---

    def start(self):
        self.lives += 1
        self.line, self.leads, self.follows = None, False, None
        self.page_path = self._folder / f"{self.name}-{self.lives}"
        command = [*self._command, *self.clock, "--publish", self.page_path]
        self._process = subprocess.Popen(
            [*TIED_TO_US, *self.machine.enter, *map(str, command)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, args=(self._process.stdout,))
        self._reader.start()
        self.state = "running"

    def kill(self):
        self.state = "down"
        self._process.kill()
        self._end(-signal.SIGKILL)

    def ask_to_end(self):
        self.state = "ending"
        self._process.send_signal(signal.SIGTERM)

    def await_end(self, patience):
        try:
            self._process.wait(patience)
        except subprocess.TimeoutExpired:
            raise Failure(f"{self.name} did not end within {patience:g} s") from None
        self.state = "down"
        self._end(0)

    def stop(self):
        self._process.send_signal(signal.SIGSTOP)
        self.state = "stopped"

    def go_on(self):
        self._process.send_signal(signal.SIGCONT)
        self.state = "running"

    def reap(self):
        """Whatever happened: afterwards it is gone."""
        if self._process and self._process.poll() is None:
            self._process.kill()
        if self._reader:
            self._reader.join()

    def _end(self, expected):
        code = self._process.wait()
        self._reader.join()
        self.leads = False
        self.page_path.unlink(missing_ok=True)
        if code != expected:
            raise Failure(f"{self.name} ended with {code} instead of {expected}")

    # --- what it says ---

    def _read(self, stream):
        with stream, open(self._folder / f"{self.name}.log", "a", encoding="utf-8") as log:
            for line in stream:
                text = line.decode("utf-8", "replace").rstrip("\n")
                self.last_lines.append(f"{time.monotonic():.3f} {text}")
                log.write(f"{time.monotonic():.3f} {text}\n")
                self._understand(text)

    def _understand(self, text):
        if match := TOLD.search(text):
            self.line = self.leaders[match[1]].line
        elif match := FOLLOWS.search(text):
            self.follows = match[1]
        elif LOST.search(text):
            self.follows = None
        elif self.machine.address in self.leaders and LEADS.search(text):
            self.line, self.leads = Line(self, self.line), True
            self.follows = None
        elif LEADS_NO_MORE.search(text):
            self.leads, self.follows = False, None
        elif REPORT.search(text):
            self.reports.append(text)

    # --- how it is ---

    def check_alive(self):
        if self.reports:
            raise Failure(f"{self.name}: {self.reports[0]}")
        if self.state in ("running", "stopped") and self._process.poll() is not None:
            raise Failure(f"{self.name} ended by itself, with {self._process.returncode}")

    def needs(self):
        """Descriptors, threads, and KiB of memory."""
        folder = Path(f"/proc/{self._process.pid}")
        status = (folder / "status").read_text(encoding="ascii")
        figures = (re.search(rf"{what}:\s+(\d+)", status)[1] for what in ("Threads", "VmRSS"))
        return (len(os.listdir(folder / "fd")), *map(int, figures))
