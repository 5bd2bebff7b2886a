"""Machines on a switch, three of them masters: what it costs when the active one is taken away."""

import re
import shutil
import signal
import statistics
import time
from collections import defaultdict, namedtuple

from bench.bench_support import (
    HELPERS,
    Bench,
    BenchError,
    figures_of,
    need_namespaces,
    quantile,
    say,
)
from bench.network import Network
from harness.pages import raw_now
from harness.programs import Master, Slave, daemon_command, wait_until

INTERVAL = "1s"
PORT = 8080
# The two sides of the partition: (masters, slaves).
SIDES = ((1, 2), (2, 4))

# In seconds: how long a fault lasts, how long it takes until nothing is left of it, and how much of
# that, at the end, is certainly the quiet state.
FAULT = 10
RECOVERY = 20
STEADY = 5
# A daemon that is started again needs some cycles until it knows its clock, whoever leads.
NEWCOMER = 15
# The promise: the spread is never more than so many times its steady 99th percentile.
SPREAD_WITHIN = 3

WELCOMED = re.compile(r" connected to the master at (\S+)$")
ADJUSTED = re.compile(r"the connection to the master at (\S+) has .*timestamps")
LEADS = re.compile(r"is active now and leads the group")
LOST = re.compile(r"; trying |is active; following it|no master is active")


class Daemon:
    """One machine's, also when it is started anew, and whom it follows by its own word."""

    def __init__(self, bench, host, side, name, kind):
        self._bench, self._kind = bench, kind
        self.host, self.side, self.name = host, side, name
        self.page_path = bench.folder / name
        self.address = f"{host.address}:{PORT}"
        self.program = None

    @property
    def is_master(self):
        return self._kind is Master

    def start(self, masters, offset, drift):
        """With a clock that is wrong by `offset` ms and `drift` ppm."""
        self.clock = (offset, drift)
        self.follows, self.since, self.adjusted, self._seen = None, 0, None, 0
        options = [f"--simulate-offset={offset}ms", f"--simulate-drift={drift}ppm"]
        self.program = self._bench.start(self._program(masters, options))

    def _program(self, masters, options):
        if self.is_master:
            options += ["--listen", self.host.address, "--port", PORT]
            options += ["--peers", masters, "--insecure"]
            command = daemon_command("master", self.page_path, INTERVAL, *options)
            return Master(self.host.command(*command), PORT, self.page_path)
        options += ["--master", masters, "--name", self.name]
        command = daemon_command("slave", self.page_path, INTERVAL, *options)
        return Slave(self.name, self.host.command(*command), self.page_path)

    def kill(self):
        self._bench.kill(self.program)

    def forget(self):
        """All that it remembers."""
        shutil.rmtree(self.page_path.with_name(f"{self.name}-state"), ignore_errors=True)

    def look(self):
        """Reads on what it said; the address of the master that it follows."""
        lines = self.program.lines
        for line in lines[self._seen :]:
            self._seen += 1
            if found := WELCOMED.search(line.text):
                self._follow(found[1], line.when)
            elif ADJUSTED.search(line.text):
                self.adjusted = line.when
            elif LEADS.search(line.text):
                self._follow(self.address, line.when)
                self.adjusted = line.when
            elif LOST.search(line.text):
                self._follow(None, line.when)
        return self.follows

    def _follow(self, master, when):
        self.follows, self.since, self.adjusted = master, when, None


def leader_of(group):
    """The only active master of daemons that reach each other, if all of them follow it."""
    followed = {daemon.look() for daemon in group}
    leaders = [daemon for daemon in group if daemon.is_master and daemon.follows == daemon.address]
    return leaders[0] if len(leaders) == 1 and followed == {leaders[0].address} else None


# From `begin` until the next one the daemons in each of `groups` reach each other. `leaders` are
# theirs, each since some instant; instants are of the raw clock.
Phase = namedtuple("Phase", "begin kind groups leaders newcomers")


class Faults:
    """Makes them, waits until they are over, and remembers what was when."""

    def __init__(self, bench, network, daemons):
        self._bench, self._network, self.daemons = bench, network, daemons
        self._masters = ",".join(daemon.address for daemon in daemons if daemon.is_master)
        self.phases = []
        self.follow = defaultdict(list)
        self.adjusted = defaultdict(list)

    def start_all(self):
        for number, daemon in enumerate(self.daemons):
            daemon.start(self._masters, offset=number * 40 - 150, drift=number * 10 - 40)
            if daemon.is_master:
                daemon.program.wait_for("clock server started")

    def active(self):
        leader = leader_of(self.daemons)
        if not leader:
            raise BenchError("the group has fallen apart by itself")
        return leader

    def phase(self, kind, change, groups, newcomers=()):
        """Changes something, and waits until each group follows one master."""
        for daemon in self.daemons:
            daemon.look()
        begin, begin_raw = time.monotonic(), raw_now()
        change()
        self.phases.append(Phase(begin_raw, kind, groups, {}, newcomers))
        wait_until(
            lambda: all(leader_of(group) for group in groups), f"{kind}: that all follow", 60
        )
        raw_zero = raw_now() - time.monotonic_ns()
        for number, group in enumerate(groups):
            leader = leader_of(group)
            self.phases[-1].leaders[number] = (leader, round(leader.since * 1e9) + raw_zero)
        self._await_adjustments(kind, [d for g in groups for d in g if d.since > begin], begin)
        return begin

    def _await_adjustments(self, kind, changed, begin):
        """One that knows its time better than the new master does is told nothing until then."""
        if changed:
            last = max(changed, key=lambda daemon: daemon.since)
            self.follow[kind].append(last.since - begin)
            say(f"{kind}: all follow after {last.since - begin:.3f} s, {last.name} as the last one")
            wait_until(
                lambda: all(daemon.look() and daemon.adjusted for daemon in changed),
                f"{kind}: that all have an adjustment",
            )
            self.adjusted[kind].append(max(daemon.adjusted for daemon in changed) - begin)

    def last(self, begin, seconds):
        """Lets time pass until so long after `begin`."""
        self._bench.watch(begin + seconds - time.monotonic())

    def without(self, *gone):
        return [daemon for daemon in self.daemons if daemon not in gone]

    # --- the faults, each with its end ---

    def kill(self):
        active = self.active()
        begin = self.phase("kill", active.kill, [self.without(active)])
        self.last(begin, FAULT)
        self._back("restart", active, *active.clock)

    def _back(self, kind, daemon, *clock):
        begin = self.phase(
            kind, lambda: daemon.start(self._masters, *clock), [self.daemons], (daemon,)
        )
        self.last(begin, RECOVERY)

    def replace(self):
        """By a machine that has another clock, and remembers nothing."""
        active = self.active()
        offset, drift = active.clock

        def change():
            active.kill()
            active.forget()
            active.start(self._masters, offset + 77, drift + 25 if drift < 25 else drift - 50)

        begin = self.phase("replace", change, [self.daemons], (active,))
        self.last(begin, FAULT + RECOVERY)

    def stop(self):
        active = self.active()
        begin = self.phase(
            "stop", lambda: active.program.signal(signal.SIGSTOP), [self.without(active)]
        )
        self.last(begin, FAULT)
        begin = self.phase(
            "continue", lambda: active.program.signal(signal.SIGCONT), [self.daemons]
        )
        self.last(begin, RECOVERY)

    def unplug(self):
        active = self.active()
        begin = self.phase(
            "unplug", lambda: active.host.set_link(False), [[active], self.without(active)]
        )
        self.last(begin, FAULT)
        begin = self.phase("plug in", lambda: active.host.set_link(True), [self.daemons])
        self.last(begin, RECOVERY)

    def part(self):
        sides = [[d for d in self.daemons if d.side == side] for side in range(len(SIDES))]
        here = [daemon.host for daemon in sides[0]]
        begin = self.phase("part", lambda: self._network.split(here), sides)
        self.last(begin, FAULT)
        begin = self.phase("join", self._network.heal, [self.daemons])
        self.last(begin, RECOVERY)

    def all(self):
        return [self.kill, self.stop, self.unplug, self.part, self.replace]


class Truth:
    """What the pages have said, held against who could reach whom."""

    def __init__(self, daemons):
        self._daemons = daemons
        self._latest = {}
        self.steady = []
        self.spread = defaultdict(list)
        self.checks = self.violations = self.backward = 0
        self.worst_excess = 0

    def read(self, path, phases):
        ends = [phase.begin for phase in phases[1:]] + [float("inf")]
        current = 0
        with open(path, encoding="ascii") as file:
            for line in file:
                raw, *words = line.split()
                raw = int(raw)
                while raw >= ends[current]:
                    current += 1
                if len(words) == 2 * len(self._daemons) and raw >= phases[0].begin:
                    clocks = {
                        daemon: (int(words[2 * i]), int(words[2 * i + 1]))
                        for i, daemon in enumerate(self._daemons)
                        if words[2 * i] != "-"
                    }
                    self._take(raw, clocks, phases[current], ends[current])

    def _take(self, raw, clocks, phase, end):
        self._check_forward(clocks, phase)
        age = (raw - phase.begin) / 1e9
        newcomers = phase.newcomers if age < NEWCOMER else ()
        spread = 0
        for number, group in enumerate(phase.groups):
            present = {d: clocks[d] for d in group if d in clocks}
            self._check_bounds(raw, present, *phase.leaders[number])
            times = [time for daemon, (time, _) in present.items() if daemon not in newcomers]
            spread = max(spread, max(times) - min(times))
        if age < FAULT:
            self.spread[phase.kind].append(spread)
        if age > FAULT and end - raw < STEADY * 1e9:
            self.steady.append(spread)

    def _check_forward(self, clocks, phase):
        now = {d: clocks[d][0] for group in phase.groups for d in group if d in clocks}
        self.backward += sum(now[d] < self._latest[d] for d in now if d in self._latest)
        self._latest = now

    def _check_bounds(self, raw, clocks, leader, since):
        if raw < since or leader not in clocks:
            return
        time, bound = clocks[leader]
        for its_time, its_bound in clocks.values():
            excess = abs(its_time - time) - its_bound - bound
            self.checks += 1
            self.violations += excess > 0
            self.worst_excess = max(self.worst_excess, excess)


def spread_json(values):
    return figures_of([spread / 1e3 for spread in values])


def times_json(seconds):
    """Nothing where everyone kept its master."""
    return seconds and {
        "median": round(statistics.median(seconds), 3),
        "max": round(max(seconds), 3),
    }


def summary_of(faults, truth):
    allowed = SPREAD_WITHIN * quantile(truth.steady, 0.99)
    kinds = {}
    for kind, spread in truth.spread.items():
        kinds[kind] = {
            "times": sum(phase.kind == kind for phase in faults.phases),
            "follow_s": times_json(faults.follow[kind]),
            "adjusted_s": times_json(faults.adjusted[kind]),
            "spread_us": spread_json(spread),
            "spread_over_allowed": round(max(spread) / allowed, 3),
        }
    slaves = [daemon.program for daemon in faults.daemons if not daemon.is_master]
    return {
        "checks": truth.checks,
        "violations": truth.violations,
        "worst_excess_us": truth.worst_excess / 1e3,
        "backward_steps": truth.backward,
        "holdovers": sum(len(slave.matches("holdover: ")) for slave in slaves),
        "steady_spread_us": spread_json(truth.steady),
        "faults": kinds,
    }


def start_daemons(bench, network):
    daemons = []
    for kind, word in ((Master, "master"), (Slave, "slave")):
        for side, counts in enumerate(SIDES):
            for _ in range(counts[kind is Slave]):
                number = sum(daemon.name.startswith(word) for daemon in daemons) + 1
                host = network.add(len(daemons) + 1)
                daemons.append(Daemon(bench, host, side, f"{word}-{number}", kind))
    return daemons


def failover(args):
    need_namespaces()
    with Bench() as bench:
        network = Network(bench)
        faults = Faults(bench, network, start_daemons(bench, network))
        faults.start_all()
        bench.settle(faults.daemons, args.warm_up)
        faults.phase("warm-up", lambda: None, [faults.daemons])
        record = bench.folder / "record"
        pages = [daemon.page_path for daemon in faults.daemons]
        bench.start_program("recorder", HELPERS / "page_recorder", args.rate, record, *pages)
        for number in range(args.rounds):
            fault = faults.all()[number % len(faults.all())]
            say(f"round {number + 1} of {args.rounds}: {fault.__name__}")
            fault()
        truth = Truth(faults.daemons)
        truth.read(record, faults.phases)
        return summary_of(faults, truth)
