"""What the end-to-end tests share: a group of daemons that ends with the test, and what is true of it.

Tests wait for conditions, with a generous deadline, and never for a time. Standard library only.
"""

import contextlib
import json
import os
import signal
import sys
import tempfile
import unittest
from pathlib import Path

from harness.pages import Page
from harness.peers import Stranger
from harness.programs import (
    BIN,
    LAB_PEER,
    SANITIZER_REPORT,
    SLOWNESS,
    Master,
    Program,
    Slave,
    daemon_command,
    free_port,
    run,
    wait_until,
)

# How far the group of a right master and a slave that is 25 min fast is ahead, in seconds.
GROUP_AHEAD = 12.5 * 60


# Where programs look for the clock of this machine, and daemons publish it, unless they are told a
# page.
USUAL_FOLDERS = [Path("/run/berkeley")]
if "XDG_RUNTIME_DIR" in os.environ:
    USUAL_FOLDERS.append(Path(os.environ["XDG_RUNTIME_DIR"]) / "berkeley")


def pages_of_this_machine():
    """Which there are. What is in them changes where a daemon serves this machine."""
    found = {}
    for folder in USUAL_FOLDERS:
        with contextlib.suppress(FileNotFoundError):
            found[str(folder)] = {entry.name: entry.inode() for entry in os.scandir(folder)}
    return found


class HarmlessTest(unittest.TestCase):
    """Fails when what it has started was taken for the clock of this machine: when there are other
    pages afterwards. Of tests that run side by side all see what one of them does."""

    def setUp(self):
        self.addCleanup(self._check_pages, pages_of_this_machine())

    def _check_pages(self, before):
        self.assertEqual(before, pages_of_this_machine(), "pages of this machine, by folder")


class DaemonTest(HarmlessTest):
    """Ends everything that it started, and shows what all of it said when a test fails."""

    maxDiff = None

    # From one sync cycle to the next, in seconds. What asserts that none is late has a longer one.
    interval = 0.5 * SLOWNESS

    def setUp(self):
        super().setUp()
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
                reports = program.matches(SANITIZER_REPORT)
                self.assertEqual([], [match.string for match in reports], program.name)
        finally:
            for program in self.programs:
                program.reap()

    def start(self, program):
        self.programs.append(program)
        return program

    def start_master(self, *options, port=None, interval=None, env=None, launcher=()):
        """Listening, and publishing its clock. `launcher` is a command that becomes the master."""
        port, interval = port or free_port(), interval or f"{self.interval}s"
        page = self.folder / f"master-{len(self.programs)}"
        command = daemon_command("master", page, interval, "--port", port, *options)
        master = self.start(Master([*launcher, *command], port, page, env))
        master.wait_for("clock server started")
        return master

    def start_slave(self, name, master, *options, interval=None, env=None):
        """`master` is a Master, a port of this machine, or what the option says."""
        port = master.port if isinstance(master, Master) else master
        masters = f"127.0.0.1:{port}" if isinstance(port, int) else port
        page = self.folder / f"slave-{len(self.programs)}"
        interval = interval or f"{self.interval}s"
        options = ("--master", masters, "--name", name, *options)
        return self.start(Slave(name, daemon_command("slave", page, interval, *options), page, env))

    def start_again(self, daemon, *options):
        """One that has ended, on the same host: with its page and its state, and these options
        besides."""
        command, page, env = [*daemon.command, *options], daemon.page_path, daemon.env
        if not isinstance(daemon, Master):
            return self.start(Slave(daemon.name, command, page, env))
        master = self.start(Master(command, daemon.port, page, env))
        master.name = daemon.name
        master.wait_for("clock server started")
        return master

    def start_ahead_group(self, *options, master_options=(), **how):
        """A right master, and a slave that is 25 min fast, once that one is synchronized."""
        master = self.start_master("--min-slaves", 1, *master_options, **how)
        slave = self.start_slave("fast", master, "--simulate-offset=25min", *options, **how)
        slave.wait_for("Synchronized time")
        return master, slave

    def connect(self, master, **how):
        """A stranger."""
        stranger = Stranger(master, **how)
        self.addCleanup(stranger.leave)
        return stranger

    def start_lab_peer(self, role, *options, env=None):
        command = [sys.executable, LAB_PEER, role, *options]
        return self.start(Program(f"lab {role}", command, env))

    def pages_after(self, cycle, *daemons):
        """The daemons' pages, once all have been adjusted in that cycle or a later one."""
        pages = [Page.of(daemon) for daemon in daemons]
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

    def assert_on_time(self, cycles):
        """That the cycles, in order, began one interval apart, and none was left out."""
        numbers = [cycle.number for cycle in cycles]
        self.assertEqual(list(range(numbers[0], numbers[0] + len(numbers))), numbers)
        for index, cycle in enumerate(cycles):
            begun = cycle.started - cycles[0].started
            due = index * self.interval
            self.assert_near(due, begun, self.interval / 2, f"start of {cycle.number}")

    def check_undisturbed(self, master, *slaves):
        """That there is another cycle, and that all cycles were on time and had these slaves."""
        master.next_cycle()
        cycles = [cycle for _, cycle in sorted(master.cycles().items())]
        self.assert_on_time(cycles)
        for cycle in cycles:
            for name in slaves:
                self.assertNotEqual("late", cycle.clocks[name].standing, f"{cycle.number}: {name}")

    def check_refused(self, code, mention, program, *options, **how):
        """With one line on stderr that names the culprit."""
        if program != "berkeleyctl" and "--publish" not in options:
            options = ("--publish", "none", *options)
        with self.subTest(program=program, options=options):
            result = run(BIN / program, *options, **how)
            self.assertEqual((code, ""), (result.returncode, result.stdout), result.stderr)
            self.assertRegex(result.stderr, rf"^{program}: .*{mention}.*\n$")


def events(program, kind):
    """What the lab peer told of that kind."""
    return [
        event
        for match in program.matches(r'^\{"event"')
        if (event := json.loads(match.string))["event"] == kind
    ]
