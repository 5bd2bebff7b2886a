"""Runs the daemons and other programs, and waits for what they say. Standard library only.

The daemons are looked for in the folder that BERKELEY_BIN names.
"""

import contextlib
import fcntl
import os
import random
import re
import shlex
import signal
import socket
import subprocess
import threading
import time
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("BERKELEY_BIN", ROOT / "build" / "release")).resolve()
LAB_PEER = ROOT / "tests" / "interop" / "lab_peer.py"

# How long a condition may take to come true: far longer than it does, even with sanitizers on a
# busy machine.
DEADLINE = 60
# Programs with sanitizers need so many times the processor time.
SLOWNESS = int(os.environ.get("BERKELEY_SLOWNESS", "1"))

MINUTE = 60
SECOND = 1_000_000_000  # in ns

WARNING = r"\bwarn(ing)?\b"
SANITIZER_REPORT = r"Sanitizer|runtime error:"
NOBODY = 65534  # a user

Line = namedtuple("Line", "when text")
Clock = namedtuple("Clock", "name offset bound delay drift standing change")
Cycle = namedtuple("Cycle", "number started slaves clocks summary")


def free_port():
    """A port below those that the kernel gives to outgoing connections, so nobody else takes it."""
    while True:
        port = random.randint(20000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def run(*command, env=None, **options):
    """A program that ends by itself: its exit code, and what it said as text."""
    defaults = {"input": "", "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    defaults |= {"encoding": "utf-8", "timeout": DEADLINE, "env": {**os.environ, **(env or {})}}
    return subprocess.run([str(part) for part in command], **defaults | options, check=False)


def output(*command, **options):
    """What a program that succeeds prints."""
    result = run(*command, **options)
    if result.returncode != 0:
        words = f"{result.stdout}{result.stderr or ''}"
        raise AssertionError(f"{shlex.join(map(str, command))} failed:\n{words}")
    return result.stdout


def wait_until(condition, what, deadline=DEADLINE):
    """What `condition` returns as soon as that is true; asked again and again."""
    end = time.monotonic() + deadline
    while not (result := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"waited {deadline} s in vain: {what}")
        time.sleep(0.02)
    return result


class Program:
    """A running program whose output is read as it comes."""

    def __init__(self, name, command, env=None):
        self.name = name
        self.command = [str(part) for part in command]
        self.env = env
        self.lines = []
        self._changed = threading.Condition()
        self._reading = threading.Lock()
        self.killed = False
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})},
        )
        self._readers = [
            threading.Thread(target=self._read, args=(stream,))
            for stream in (self._process.stdout, self._process.stderr)
        ]
        for reader in self._readers:
            reader.start()

    def _read(self, stream):
        with stream:
            for line in stream:
                with self._reading:
                    pass
                text = line.decode("utf-8", "replace").rstrip("\n")
                with self._changed:
                    self._take(text)
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def _take(self, text):
        self.lines.append(Line(time.monotonic(), text))

    @property
    def pid(self):
        return self._process.pid

    @contextlib.contextmanager
    def unread(self):
        """While this context lasts, nobody reads what the program says, and the kernel keeps no
        more than a page of it."""
        with self._reading:
            for stream in (self._process.stdout, self._process.stderr):
                fcntl.fcntl(stream, fcntl.F_SETPIPE_SZ, os.sysconf("SC_PAGESIZE"))
            yield

    def ended(self):
        return self._process.poll() is not None

    def mark(self):
        """Where the output is now, for `since`."""
        with self._changed:
            return len(self.lines)

    def matches(self, pattern, since=0):
        with self._changed:
            lines = self.lines[since:]
        return [match for line in lines if (match := re.search(pattern, line.text))]

    def wait_for(self, pattern, since=0, count=1, deadline=DEADLINE):
        """The match of the `count`-th line that matches."""
        return self.wait_until(
            lambda: (found := self.matches(pattern, since))[count - 1 :] and found[count - 1],
            f"{pattern!r} ({count} times)",
            deadline,
        )

    def wait_until(self, condition, what, deadline=DEADLINE):
        """Asks again whenever the program has said something."""
        end = time.monotonic() + deadline
        while True:
            seen = self.mark()
            # Asked after the readers were, so that the last words count.
            over = not any(reader.is_alive() for reader in self._readers)
            if result := condition():
                return result
            if over:
                raise AssertionError(f"{self.name} ended without: {what}")
            if time.monotonic() > end:
                raise AssertionError(f"{self.name} did not say within {deadline} s: {what}")
            with self._changed:
                if len(self.lines) == seen:
                    self._changed.wait(0.2)

    def signal(self, number):
        self._process.send_signal(number)

    def kill(self):
        """Without a chance to say goodbye."""
        self.killed = True
        self._process.kill()
        self.wait()

    def wait(self, deadline=DEADLINE):
        """The exit code."""
        try:
            code = self._process.wait(deadline)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not end within {deadline} s") from None
        self._read_the_rest()
        return code

    def _read_the_rest(self):
        for reader in self._readers:
            reader.join()

    def end(self):
        """Asks it to end and returns the exit code."""
        if not self.ended():
            self.signal(signal.SIGCONT)
            self.signal(signal.SIGTERM)
        return self.wait()

    def reap(self):
        """Whatever happened: afterwards it is gone."""
        if not self.ended():
            self.kill()

    def output(self, limit=80):
        lines = [line.text for line in self.lines]
        if len(lines) > limit:
            lines = [f"... {len(lines) - limit} lines left out ...", *lines[-limit:]]
        return "\n".join(f"    {line}" for line in [f"--- {self.name}:", *lines])


class Master(Program):
    def __init__(self, command, port, page, env=None):
        super().__init__("master", command, env)
        self.port = port
        self.page_path = page

    def cycles(self):
        """All cycles that have ended, by number."""
        return parse_cycles(list(self.lines))

    def cycle(self, number, deadline=DEADLINE):
        return self.wait_until(
            lambda: self.cycles().get(number), f"the table of cycle {number}", deadline
        )

    def last_cycle(self):
        return max(self.cycles(), default=0)

    def cycle_where(self, condition, what, after=0, deadline=DEADLINE):
        """The first cycle later than `after` for which `condition` holds."""

        def find():
            cycles = self.cycles().items()
            return next((c for n, c in sorted(cycles) if n > after and condition(c)), None)

        return self.wait_until(find, f"a cycle where {what}", deadline)

    def cycle_with(self, *names, after=0):
        """The first cycle later than `after` in which all of these clocks take part."""
        return self.cycle_where(
            lambda cycle: set(names) <= cycle.clocks.keys(), f"{names} take part", after
        )

    def next_cycle(self, count=1):
        """The `count`-th one from now on."""
        return self.cycle(self.last_cycle() + count)


class Slave(Program):
    def __init__(self, name, command, page, env=None):
        super().__init__(name, command, env)
        self.page_path = page


def daemon_command(role, page, interval, *options):
    """What starts a daemon that remembers nothing of this machine's or of another daemon's. A group
    begins as soon as there are slaves enough, unless the options say otherwise."""
    command = [BIN / f"berkeley-{role}", "--interval", interval, "--publish", page]
    if role == "master" and "--found-after" not in options:
        command += ["--found-after", "0s"]
    return [*command, "--state-dir", page.with_name(f"{page.name}-state"), *options]


def parse_cycles(lines):
    """What the master printed, as Cycles by number; complete ones only."""
    cycles = {}
    current = None
    for line in lines:
        if match := re.match(r"New synchronization cycle started \(cycle (\d+)\)", line.text):
            current = Cycle(int(match[1]), line.when, [], {}, "")
        elif current is None:
            continue
        elif match := re.match(r"Number of clients to be synchronized: (\d+)", line.text):
            current.slaves.append(int(match[1]))
        elif line.text.startswith("average "):
            slaves = current.slaves[0] if current.slaves else None
            cycles[current.number] = current._replace(slaves=slaves, summary=line.text)
            current = None
        else:
            # A cell has no two spaces in a row.
            cells = re.split(r" {2,}", line.text.strip())
            if len(cells) == len(Clock._fields) and cells[0] != "clock":
                name, offset, bound, delay, drift, standing, change = cells
                figures = [to_seconds(text) for text in (offset, bound, delay)]
                clock = Clock(name, *figures, drift, standing, to_seconds(change))
                current.clocks[name.split(" (")[0]] = clock
    return cycles


UNITS = {
    "ns": 1e-9,
    "µs": 1e-6,
    "ms": 1e-3,
    "s": 1,
    "min": MINUTE,
    "h": 3600,
    "d": 86400,
    "year": 365.25 * 86400,
    "years": 365.25 * 86400,
}


def to_seconds(text):
    """'+25 min 0.000 s' as a number of seconds; None for what the master does not know."""
    parts = re.findall(r"([\d.]+) (\S+)", text)
    if not parts:
        return None
    sign = -1 if text.startswith(("−", "-")) else 1
    return sign * sum(float(number) * UNITS[unit] for number, unit in parts)
