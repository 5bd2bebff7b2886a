"""The daemons of the group: started again and again, and understood by what they say.

A **line** is what one master makes of the group's time while it is active. It begins on the line
that this master followed before. A clock is on the line of the master that told it last.
"""

import collections
import os
import re
import signal
import time
from pathlib import Path

from harness.pages import raw_now
from harness.paused_host import PausedHost
from harness.programs import DEADLINE, SANITIZER_REPORT, Program

TOLD = re.compile(r"the connection to the master at ([\d.]+):\d+ has ")
FOLLOWS = re.compile(r"connected to the master at ([\d.]+):\d+$")
LOST = re.compile(r"; trying ")
LEADS = re.compile(r"is active now and leads the group")
CONTRADICTED = re.compile(r"the members of the group contradict this master")
LEADS_NO_MORE = re.compile(r"is active; following it at |no master is active$")

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


class Life(Program):
    """What it says is not kept, as it lives long, but passed on."""

    def __init__(self, name, command, env, hear):
        self._hear = hear
        super().__init__(name, command, env)

    def _take(self, text):
        self._hear(text)


class Daemon:
    """On one machine, through all its lives."""

    def __init__(self, name, machine, command, folder):
        self.name = name
        self.machine = machine
        self.clock = ()  # how its clock is wrong
        self.host = PausedHost(folder / f"{name}-clocks")
        self.page_path = folder / name
        self.lives = 0
        self.state = "down"  # or running, stopped, paused, ending
        self.line = None
        self.leads = False
        self.follows = None  # the address of a master
        self.contradicted = 0  # when, as a master, by its members, on the raw clock
        self.reports = []
        self.last_lines = collections.deque(maxlen=KEPT_LINES)
        self.leaders = {}  # by address; the same for all daemons
        self.all = ()  # daemons, this one too
        self._command = command
        self._life = None
        self._has_spoken = False  # in this life

    # --- what is done to it ---

    def start(self):
        self.lives += 1
        self.leads, self.follows = False, None
        self._has_spoken = False
        command = self.machine.command(*self._command, *self.clock, "--publish", self.page_path)
        self._life = Life(self.name, command, self.host.env, self._hear)
        self.state = "running"

    def kill(self):
        self.state = "down"
        self._life.signal(signal.SIGKILL)
        self._end((-signal.SIGKILL,))

    def ask_to_end(self):
        self.state = "ending"
        self._life.signal(signal.SIGTERM)

    def await_end(self, patience):
        # Before it says anything it may not have come to handle signals yet.
        self._end((0,) if self._has_spoken else (0, -signal.SIGTERM), patience)
        self.state = "down"

    def stop(self):
        self._life.signal(signal.SIGSTOP)
        self.state = "stopped"

    def go_on(self):
        self._life.signal(signal.SIGCONT)
        self.state = "running"

    def pause(self):
        """With its host."""
        self.state = "paused"
        self.host.hold(self._life)

    def resume(self):
        self.host.go_on(self._life)
        self.state = "running"

    def forget(self):
        """While it is down: its page is gone, as when its machine starts anew."""
        self.page_path.unlink(missing_ok=True)
        self.line = None

    def reap(self):
        """Whatever happened: afterwards it is gone."""
        if self._life:
            self._life.reap()

    def _end(self, expected, patience=DEADLINE):
        try:
            code = self._life.wait(patience)
        except AssertionError as error:
            raise Failure(str(error)) from None
        self.leads = False
        if code not in expected:
            raise Failure(f"{self.name} ended with {code} instead of {expected[0]}")

    # --- what it says ---

    def _hear(self, text):
        self._has_spoken = True
        self.last_lines.append(f"{time.monotonic():.3f} {text}")
        if match := TOLD.search(text):
            self.line = self.leaders[match[1]].line
        elif match := FOLLOWS.search(text):
            self.follows = match[1]
        elif LOST.search(text):
            self.follows = None
        elif self.machine.address in self.leaders and LEADS.search(text):
            self.line, self.leads = Line(self, self.line or self._line_of_most()), True
            self.follows = None
        elif LEADS_NO_MORE.search(text):
            self.leads, self.follows = False, None
        elif CONTRADICTED.search(text):
            self.contradicted = raw_now()
        elif re.search(SANITIZER_REPORT, text):
            self.reports.append(text)

    def _line_of_most(self):
        """Of those that it reaches, who tell it."""
        lines = [
            daemon.line
            for daemon in self.all
            if daemon.line and daemon.machine.network == self.machine.network
        ]
        return collections.Counter(lines).most_common(1)[0][0] if lines else None

    # --- how it is ---

    def check_alive(self):
        if self.reports:
            raise Failure(f"{self.name}: {self.reports[0]}")
        if self.state in ("running", "stopped", "paused") and self._life.ended():
            raise Failure(f"{self.name} ended by itself, with {self._life.wait()}")

    def needs(self):
        """Descriptors, threads, and KiB of memory."""
        folder = Path(f"/proc/{self._life.pid}")
        status = (folder / "status").read_text(encoding="ascii")
        figures = (re.search(rf"{what}:\s+(\d+)", status)[1] for what in ("Threads", "VmRSS"))
        return (len(os.listdir(folder / "fd")), *map(int, figures))
