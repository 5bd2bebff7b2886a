"""What clocks do against the truth: all daemons of this machine have one raw clock, so that their
pages tell group time for one and the same instant. Standard library only."""

import contextlib
import threading
import time
from collections import defaultdict

from harness.daemons import DaemonTest
from harness.pages import Page, raw_now
from harness.programs import SECOND, SLOWNESS, wait_until

# Until clocks and rates are known as well as they ever are.
SETTLED = 20  # cycles
# What clocks that agree differ by, and what a group that nothing happens to moves by in a minute.
TOGETHER = 20e-6 * SLOWNESS
UNMOVED = 50e-6 * SLOWNESS

MAX_BOUND, SUSPECT = 21, 22  # words


def is_synchronized(words, reading):
    return reading.synchronized and reading.bound <= words[MAX_BOUND] and not words[SUSPECT]


class Watch:
    """Looks at pages all the while, and notes, by name and in seconds, how far each clock has left
    the line on which it was at the beginning, and for how long at a time it was not synchronized."""

    def __init__(self, daemons):
        self.moved = defaultdict(float)
        self.unsynchronized = defaultdict(float)
        self.wrong = []
        self._lines = {daemon.name: Page(daemon.page_path).look()[0] for daemon in daemons}
        self._daemons = {daemon.name: daemon for daemon in daemons}
        self._begun = dict.fromkeys(self._lines, time.monotonic())
        self._latest = {}
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def end(self):
        self._ending.set()
        self._thread.join()

    def _run(self):
        while not self._ending.wait(0.01):
            for name, daemon in self._daemons.items():
                # For as long as a file is made it has no page yet.
                with contextlib.suppress(FileNotFoundError, ValueError):
                    self._look(name, *Page(daemon.page_path).look())
                silent = time.monotonic() - self._begun[name]
                self.unsynchronized[name] = max(self.unsynchronized[name], silent)

    def _look(self, name, words, raw):
        reading, before = Page.evaluate(words, raw), Page.evaluate(self._lines[name], raw)
        self.moved[name] = max(self.moved[name], abs(reading.time - before.time) / SECOND)
        if is_synchronized(words, reading):
            self._begun[name] = time.monotonic()
        if name in self._latest and reading.time < self._latest[name]:
            self.wrong.append(f"{name} went back by {self._latest[name] - reading.time} ns")
        self._latest[name] = reading.time


class TruthTest(DaemonTest):
    # How long a master waits for somebody new before it founds a group.
    found_after = 1
    # How many slaves have to be there for a group that `start_group` starts.
    min_slaves = 1

    def start_master(self, *options, **how):
        found_after = ("--found-after", f"{self.found_after * SLOWNESS}s")
        return super().start_master(*found_after, *options, **how)

    def start_group(self, *names, options=(), **how):
        """A master and slaves, once their clocks are known well. No host's clock shows the group's
        time, so that whoever forgets that is seen."""
        master = self.start_master("--min-slaves", self.min_slaves, *options, **how)
        slaves = [
            self.start_slave(name, master, f"--simulate-offset={300 * (number + 1)}ms")
            for number, name in enumerate(names)
        ]
        self.settle(master, slaves)
        return master, slaves

    def settle(self, master, others, cycles=SETTLED):
        names = {other.name for other in others}
        after = master.last_cycle() + cycles
        self.await_counted(master, names, after=after - 1)
        wait_until(lambda: self.spread(master, *others) < TOGETHER, "the clocks to be together")

    def await_counted(self, master, names, after=0):
        return master.cycle_where(
            lambda cycle: all(
                name in cycle.clocks and cycle.clocks[name].standing == "counted" for name in names
            ),
            f"{sorted(names)} count",
            after=after,
        )

    def spread(self, *daemons):
        """By how much their clocks differ, in seconds."""
        raw = raw_now()
        times = [Page(daemon.page_path).at(raw).time for daemon in daemons]
        return (max(times) - min(times)) / SECOND

    def error(self, daemon, reference, host=None):
        """Of the one clock against the other one, in seconds; the first one's host may be a
        PausedHost."""
        raw = raw_now()
        own = host.raw(raw) if host else raw
        mine, its = Page(daemon.page_path).at(own), Page(reference.page_path).at(raw)
        return (mine.time - its.time) / SECOND

    @contextlib.contextmanager
    def unmoved(self, *daemons, by=UNMOVED):
        """None of their clocks is moved while this context lasts, or is without synchronization for
        longer than three intervals; and none is ever set back."""
        watch = Watch(daemons)
        try:
            yield watch
        except BaseException as error:
            error.add_note(f"meanwhile moved, in s: {dict(watch.moved)}")
            raise
        finally:
            watch.end()
        for daemon in daemons:
            name = daemon.name
            with self.subTest(daemon=name):
                self.assertLess(watch.moved[name], by, f"{name} has moved, in s")
                self.assertLess(
                    watch.unsynchronized[name], 3 * self.interval, "s without synchronization"
                )
        self.assertEqual([], watch.wrong[:10])
