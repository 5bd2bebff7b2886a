"""What the end-to-end tests share: running the daemons, waiting for what they say, reading pages.

Tests wait for conditions, with a generous deadline, and never for a time. Standard library only.
The daemons are looked for in the folder that BERKELEY_BIN names.
"""

import json
import mmap
import os
import random
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from collections import namedtuple
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("BERKELEY_BIN", ROOT / "build" / "release"))
LAB_PEER = ROOT / "tests" / "interop" / "lab_peer.py"

# How long a condition may take to come true: far longer than it does, even with sanitizers on a
# busy machine.
DEADLINE = 60

MINUTE = 60
YEAR = 365.25 * 24 * 3600

Line = namedtuple("Line", "when text")
Clock = namedtuple("Clock", "name offset bound delay drift verdict correction")
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
        self.lines = []
        self._changed = threading.Condition()
        self._reading = threading.Lock()
        self.killed = False
        self._process = subprocess.Popen(
            [str(part) for part in command],
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
                    self.lines.append(Line(time.monotonic(), text))
                    self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    @property
    def pid(self):
        return self._process.pid

    def unread(self):
        """While this context lasts, nobody reads what the program says."""
        return self._reading

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
        for reader in self._readers:
            reader.join()
        return code

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


class Slave(Program):
    def __init__(self, name, command, page, env=None):
        super().__init__(name, command, env)
        self.page_path = page


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
                name, offset, bound, delay, drift, verdict, correction = cells
                figures = [to_seconds(text) for text in (offset, bound, delay)]
                clock = Clock(name, *figures, drift, verdict, to_seconds(correction))
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
    "year": YEAR,
    "years": YEAR,
}


def to_seconds(text):
    """'+25 min 0.000 s' as a number of seconds; None for what the master does not know."""
    parts = re.findall(r"([\d.]+) (\S+)", text)
    if not parts:
        return None
    sign = -1 if text.startswith(("−", "-")) else 1
    return sign * sum(float(number) * UNITS[unit] for number, unit in parts)


def raw_now():
    """One clock for all processes of this machine."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)


Reading = namedtuple("Reading", "synchronized time bound host cycle")


class Page:
    """Reads the clock that a daemon publishes; docs/page.md has the layout."""

    FORMAT = struct.Struct("=8sQQQqqdqqddqqqdQqqQQqq")

    def __init__(self, path):
        with open(path, "rb") as file:
            self._memory = mmap.mmap(file.fileno(), self.FORMAT.size, prot=mmap.PROT_READ)

    def _words(self):
        """A copy that was not written to in the meantime."""

        def read():
            words = self.FORMAT.unpack(self._memory[:])
            again = self.FORMAT.unpack(self._memory[:])
            # The sequence number is odd while the daemon writes.
            return words if words == again and words[2] % 2 == 0 else None

        return wait_until(read, "a page that is not being written", deadline=10)

    def at(self, raw):
        """What the page says about the instant `raw`, in nanoseconds."""
        return self.evaluate(self._words(), raw)

    @staticmethod
    def evaluate(words, raw):
        (magic, version, _, synchronized, raw_anchor, host_anchor, drift, anchor, correction,
         frequency, slew, slew_end, reference, bound, growth, cycle, *_) = words  # fmt: skip
        assert magic == b"BERKELEY" and version == 2, (magic, version)
        elapsed = raw - raw_anchor
        host = host_anchor + elapsed + round(elapsed * drift * 1e-9)
        time = (
            host
            + correction
            + round((host - anchor) * frequency * 1e-9)
            + round((min(host, slew_end) - anchor) * slew * 1e-9)
        )
        pending = abs(max(slew_end - host, 0) * slew * 1e-9)
        limit = bound + abs(host - reference) * growth * 1e-9 + pending
        return Reading(synchronized != 0, time, limit, host, cycle)

    def cycle(self):
        """The sync cycle of the last adjustment, 0 before the first."""
        reading = self.at(raw_now())
        return reading.cycle if reading.synchronized else 0


class DaemonTest(unittest.TestCase):
    """Ends everything that it started, and shows what all of it said when a test fails."""

    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.programs = []
        self.addCleanup(self._reap)

    def run(self, result=None):
        result = result if result is not None else self.defaultTestResult()
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            print(f"\nOutput of the programs in {self.id()}:", file=sys.stderr)
            for program in self.programs[:12]:
                print(program.output(), file=sys.stderr)
        self.programs = []
        return result

    def _reap(self):
        """Every daemon that was not killed ends at a signal, with exit code 0 and without a report
        of a sanitizer."""
        try:
            for program in self.programs:
                if not program.ended():
                    program.signal(signal.SIGCONT)
                    program.signal(signal.SIGTERM)
            for program in self.programs:
                code = program.wait()
                if isinstance(program, (Master, Slave)) and not program.killed:
                    self.assertEqual(0, code, f"exit code of {program.name}")
                reports = program.matches(r"Sanitizer|runtime error:")
                self.assertEqual([], [match.string for match in reports], program.name)
        finally:
            for program in self.programs:
                program.reap()

    def start(self, program):
        self.programs.append(program)
        return program

    def state_folder(self):
        """One for each daemon: what it remembers is neither this machine's nor another test's."""
        return self.folder / f"state-{len(self.programs)}"

    def start_master(self, *options, port=None, interval="1s", env=None, launcher=()):
        """Listening, and publishing its clock. `launcher` is a command that becomes the master."""
        port = port or free_port()
        page = self.folder / f"master-{len(self.programs)}"
        command = [*launcher, BIN / "berkeley-master", "--port", port, "--interval", interval]
        command += ["--publish", page, "--state-dir", self.state_folder()]
        master = self.start(Master([*command, *options], port, page, env))
        master.wait_for("clock server started")
        return master

    def start_slave(self, name, master, *options, host="127.0.0.1", interval="1s", env=None):
        """`master` is a Master or a port."""
        port = master.port if isinstance(master, Master) else master
        page = self.folder / f"slave-{len(self.programs)}"
        command = [BIN / "berkeley-slave", "--master", f"{host}:{port}", "--name", name]
        command += ["--interval", interval, "--publish", page]
        command += ["--state-dir", self.state_folder()]
        return self.start(Slave(name, [*command, *options], page, env))

    def start_lab_peer(self, role, *options, env=None):
        command = [sys.executable, LAB_PEER, role, *options]
        return self.start(Program(f"lab {role}", command, env))

    def pages_after(self, cycle, *daemons):
        """The daemons' pages, once all have been adjusted in that cycle or a later one."""
        wait_until(
            lambda: all(daemon.page_path.exists() for daemon in daemons), "all daemons' pages"
        )
        pages = [Page(daemon.page_path) for daemon in daemons]
        wait_until(
            lambda: all(page.cycle() >= cycle for page in pages),
            f"cycle {cycle} in all daemons' pages",
        )
        return pages

    def assert_near(self, expected, actual, tolerance, what):
        """All in seconds."""
        self.assertLessEqual(
            abs(actual - expected), tolerance, f"{what}: {actual} s instead of {expected} s"
        )

    def assert_on_time(self, cycles, interval=1):
        """That the cycles, in order, began one interval apart, and none was left out."""
        numbers = [cycle.number for cycle in cycles]
        self.assertEqual(list(range(numbers[0], numbers[0] + len(numbers))), numbers)
        for index, cycle in enumerate(cycles):
            begun = cycle.started - cycles[0].started
            self.assert_near(index * interval, begun, interval / 2, f"start of {cycle.number}")


class Relay:
    """On the path from slaves to a master: what they say to each other passes, as long as nobody
    wants anything else. With a `pass_on` only what that returns passes to the master."""

    def __init__(self, port):
        self.pass_on = None
        self._master = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._sockets = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self):
        while True:
            try:
                slave = self._listener.accept()[0]
                master = socket.create_connection(self._master)
            except OSError:
                return
            self._sockets += [slave, master]
            for ends in ((slave, master), (master, slave)):
                self._threads.append(threading.Thread(target=self._carry, args=ends))
                self._threads[-1].start()

    def _carry(self, source, sink):
        try:
            while data := source.recv(4096):
                to_master = sink.getpeername() == self._master
                sink.sendall(self.pass_on(data) if to_master and self.pass_on else data)
        except OSError:
            pass
        for end in (source, sink):
            self._shut(end)

    @staticmethod
    def _shut(end):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def end(self):
        self._shut(self._listener)
        self._threads[0].join()
        for end in self._sockets:
            self._shut(end)
        for thread in self._threads[1:]:
            thread.join()
        for end in (self._listener, *self._sockets):
            end.close()


def events(program, kind):
    """What the lab peer told of that kind."""
    return [
        event
        for match in program.matches(r'^\{"event"')
        if (event := json.loads(match.string))["event"] == kind
    ]
