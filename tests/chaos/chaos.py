"""Breaks what can break in a group of masters and slaves, at random, and watches what they promise.

Usage, in tests/: python3 -m chaos.chaos [--minutes MINUTES] [--seed SEED]

The same seed makes the same faults. Has to be started in a mount namespace of its own.
"""

import argparse
import random
import signal
import statistics
import sys
import time

from bench.bench_support import Bench, end_by_signal, need_namespaces
from chaos.daemons import Failure
from chaos.faults import FAULTS
from chaos.watch import Watch
from chaos.world import World
from harness.pages import Page, raw_now
from harness.programs import SLOWNESS

# In seconds, unless it says otherwise.
LOOK_EVERY = 0.01
BETWEEN_FAULTS = 1.0  # on average
FAULT_LASTS = 4.0  # on average
FAULT_LASTS_AT_MOST = 20.0
START = 30
WARM_UP = 20
FOLLOW = 10
SETTLE = 120
SPREAD = 5_000  # ns
SPREAD_BEHIND_RELAYS = 100_000  # ns
KEPT_FAULTS = 40
KEPT_LINES = 15


class Chaos:
    def __init__(self, bench, seed):
        self.world = World(bench, seed)
        self.watch = Watch(self.world.daemons)
        self.history = []
        self._chance = random.Random(seed)
        self._begun = time.monotonic()
        self._active = []

    def run(self, seconds):
        say(f"{'with' if self.world.secure else 'without'} keys; starting the group")
        for daemon in self.world.daemons:
            daemon.start()
        self.await_(self._is_together, "the group to be together", START)
        self.pass_time(WARM_UP)
        needs = self._needs()
        say(f"breaking it for {seconds / 60:g} min")
        self._break(seconds)
        self.await_(self._all_follow, "all to follow one master again", FOLLOW)
        say("all follow one master again")
        self.await_(self._is_settled, "the clocks to be together again", SETTLE)
        self.await_(lambda: self._is_as_small_as(needs), "what it needs to be what it was", SETTLE)

    def end(self):
        for daemon in self.world.daemons:
            daemon.ask_to_end()
        for daemon in self.world.daemons:
            daemon.await_end(5 * SLOWNESS)

    # --- time ---

    def pass_time(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.watch.look()
            time.sleep(LOOK_EVERY)

    def await_(self, condition, what, seconds):
        end = time.monotonic() + seconds * SLOWNESS
        while not condition():
            if time.monotonic() > end:
                raise Failure(f"waited {seconds} s in vain for {what}: {self._state()}")
            self.pass_time(0.2)

    # --- faults ---

    def _break(self, seconds):
        end = time.monotonic() + seconds
        strike = time.monotonic()
        while (now := time.monotonic()) < end:
            if now >= strike:
                self._strike(now)
                strike = now + self._chance.expovariate(1 / BETWEEN_FAULTS)
            self._go_on(now)
            self.pass_time(LOOK_EVERY)
        while self._active:
            self._go_on(float("inf"))

    def _strike(self, now):
        # Its own chances, so that the next faults do not depend on whether this one finds a target.
        chance = random.Random(self._chance.getrandbits(64))
        fault = chance.choices(FAULTS, [fault.weight for fault in FAULTS])[0]
        part = chance.random()
        lasts = min(chance.expovariate(1 / FAULT_LASTS), FAULT_LASTS_AT_MOST)
        targets = fault.targets(self.world)
        if not targets:
            return
        struck = Struck(fault, targets[int(part * len(targets))], max(lasts, fault.at_least))
        if any(struck.meets(other) for other in self._active):
            return
        self._note(struck.begin(now, self.world, chance))
        self._active.append(struck)

    def _go_on(self, now):
        for struck in list(self._active):
            if struck.is_due(now) and not struck.go_on(now):
                self._active.remove(struck)
                self._note(f"{struck.text}: healed")

    def _note(self, text):
        self.history.append(f"{time.monotonic():.3f} {text}")

    # --- how the group is ---

    def _leader(self):
        leaders = self.watch.leaders()
        return leaders[0] if len(leaders) == 1 else None

    def _all_follow(self):
        leader = self._leader()
        return leader is not None and all(
            daemon is leader or daemon.follows == leader.machine.address
            for daemon in self.world.daemons
        )

    def _is_together(self):
        """It may be a while until a master knows more than a clock that follows it, and tells it."""
        leader = self._leader()
        return leader is not None and all(
            daemon.line is leader.line for daemon in self.world.daemons
        )

    def _readings(self):
        raw = raw_now()
        return {d.name: Page(d.page_path).at(d.host.raw(raw)) for d in self.world.daemons}

    def _spread(self, *without):
        times = [read.time for name, read in self._readings().items() if name not in without]
        return max(times) - min(times)

    def _is_settled(self):
        return (
            self._is_together()
            and self._spread(*self.world.behind_relays) < SPREAD
            and self._spread() < SPREAD_BEHIND_RELAYS
        )

    def _needs(self):
        """By kind of daemon, what the largest one needs."""
        return {
            kind: tuple(max(figures) for figures in zip(*(daemon.needs() for daemon in daemons)))
            for kind, daemons in (("master", self.world.masters), ("slave", self.world.slaves))
        }

    def _is_as_small_as(self, before):
        """A spare descriptor and thread for who has just left, and a quarter of the memory, which
        is not the daemon's own where a sanitizer watches it."""
        for kind, (files, threads, memory) in self._needs().items():
            most = before[kind]
            if files > most[0] + 2 or threads > most[1] + 2:
                return False
            if memory > most[2] * 1.25 and SLOWNESS == 1:
                return False
        return True

    def _state(self):
        readings = self._readings()
        middle = statistics.median_low(reading.time for reading in readings.values())
        lines = []
        for daemon in self.world.daemons:
            reading, line = readings[daemon.name], daemon.line
            lines.append(
                f"\n  {daemon.name}: on the line of {line.leader.name if line else 'nobody'}, "
                f"{'leads, ' if daemon.leads else ''}cycle {reading.cycle}, "
                f"{reading.time - middle} ns from the middle, "
                f"bound {reading.bound} ns, needs {daemon.needs()}"
            )
        return "".join(lines)

    def tell(self):
        say("the faults:")
        for text in self.history[-KEPT_FAULTS:]:
            print(f"    {text}", file=sys.stderr)
        for daemon in self.world.daemons:
            say(f"the last words of {daemon.name}:")
            for text in list(daemon.last_lines)[-KEPT_LINES:]:
                print(f"    {text}", file=sys.stderr)


HEALED = object()


class Struck:
    """A fault, from the strike until it is healed."""

    def __init__(self, fault, target, lasts):
        self.text = ""
        self._fault, self._target, self._lasts = fault, target, lasts
        self._effect = self._ready = None
        self._over = 0.0

    def _occupied(self):
        one = not isinstance(self._target, tuple)
        return {(self._fault.what, id(part)) for part in ([self._target] if one else self._target)}

    def meets(self, other):
        return not self._occupied().isdisjoint(other._occupied())

    def begin(self, now, world, chance):
        """What there is to say about it."""
        self._effect = self._fault.strike(world, self._target, chance)
        detail = self._await(next(self._effect), now)
        self.text = " ".join(filter(None, (self._fault.name, name_of(self._target), detail)))
        return f"{self.text}, for {self._lasts:.2f} s"

    def _await(self, yielded, now):
        self._ready = yielded if callable(yielded) else None
        self._over = now + (FAULT_LASTS_AT_MOST if self._ready else self._lasts)
        return None if self._ready else yielded

    def is_due(self, now):
        return now >= self._over or bool(self._ready and self._ready())

    def go_on(self, now):
        """Whether there is more to come."""
        more = next(self._effect, HEALED)
        if more is not HEALED:
            self._await(more, now)
        return more is not HEALED


def name_of(target):
    if isinstance(target, tuple):
        return " ".join(map(name_of, target)) if len(target) < 3 else ""
    return getattr(target, "name", "")


def say(text):
    print(f"chaos: {text}", file=sys.stderr, flush=True)


def run(seed, minutes):
    with Bench() as bench:
        chaos = Chaos(bench, seed)
        try:
            chaos.run(minutes * 60)
            chaos.end()
        except Failure as failure:
            say(f"at {time.monotonic():.3f}: {failure}")
            chaos.tell()
            say(f"seed {seed} failed: {failure}")
            return 1
    faults, watch = len(chaos.history) // 2, chaos.watch
    say(
        f"{faults} faults; {watch.checks} checks of bounds, the largest error {watch.worst:.2f} of "
        f"its bound; {watch.adrift} of clocks that were cut off, {watch.beyond} of "
        f"them beyond their bounds; {watch.exempt} of clocks that were on another line"
    )
    say(f"seed {seed} passed")
    return 0


def main():
    parser = argparse.ArgumentParser(prog="chaos", description="Breaks a group, and watches it.")
    parser.add_argument("--minutes", type=float, default=5, help="(default: 5)")
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    args = parser.parse_args()
    need_namespaces("nft")
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_by_signal)
    say(f"seed {args.seed}")
    try:
        return run(args.seed, args.minutes)
    except KeyboardInterrupt:
        say("interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main())
