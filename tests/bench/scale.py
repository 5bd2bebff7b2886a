"""Many slaves on this machine: what they cost the master, and whether it stays punctual."""

import os
import re
import resource
import signal
import sys
import time
from pathlib import Path

from bench.bench_support import (
    HELPERS,
    Bench,
    BenchError,
    await_synchronized,
    figures_of,
    result_of,
    say,
)
from bench.network import Host
from harness.programs import to_seconds

INTERVAL = 1
KERNEL_STACK_KIB = 16


# --- the master, from outside ---


def read_figures(path):
    """The 'Name: 123 kB' lines of a file in /proc."""
    lines = re.findall(r"^(\w+):\s+(\d+)", Path(path).read_text(), re.MULTILINE)
    return {name: int(number) for name, number in lines}


class Usage:
    """What the master has used up to now."""

    def __init__(self, pid):
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        self.cpu = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        self.when = time.monotonic()
        status = read_figures(f"/proc/{pid}/status")
        self.resident = status["VmRSS"]
        self.threads = status["Threads"]
        self.slab = read_figures("/proc/meminfo")["Slab"]


def cycle_starts(lines):
    starts = [line.when for line in lines if line.text.startswith("New synchronization cycle")]
    if len(starts) < 2:
        raise BenchError("hardly any cycle in that time")
    return starts


def cycle_times(lines):
    matches = (re.match(r"average .*cycle time (.*)", line.text) for line in lines)
    return [to_seconds(match[1]) * 1e3 for match in matches if match]


def start_delays(starts):
    """How much later than the most punctual one each cycle began, in ms, on a grid of intervals."""
    phases = [(start - starts[0] + INTERVAL / 2) % INTERVAL for start in starts]
    return [(phase - min(phases)) * 1e3 for phase in phases]


def missed(starts):
    return round((starts[-1] - starts[0]) / INTERVAL) + 1 - len(starts)


def start_swarm(bench, master, count):
    swarm = bench.start_program(
        "swarm", HELPERS / "slave_swarm", master.port, count, master.page_path
    )
    swarm.wait_for("all connected", deadline=120)
    return swarm


def limits_for(count):
    """All come from one address at once, and bystanders besides."""
    options = ("--max-slaves", "--max-connects", "--max-pending", "--max-pending-per-address")
    return [part for option in options for part in (option, count + 10)]


def start_group(bench, count):
    """A master and a swarm of that many slaves that takes part in its cycles."""
    # Most of them from the first cycle, so that the group moves little when the others join.
    master = bench.start_master("--min-slaves", count * 9 // 10, *limits_for(count))
    before = Usage(master.pid)
    say(f"connecting {count} slaves")
    return master, start_swarm(bench, master, count), before


def allow_many_descriptors():
    """The master's limit is inherited from here."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


# --- the benches ---


def scale(args):
    allow_many_descriptors()
    with Bench() as bench:
        master, swarm, before = start_group(bench, args.slaves)
        bench.settle([master], args.warm_up)
        say(f"measuring for {args.seconds:g} s")
        mark, begin = master.mark(), Usage(master.pid)
        swarm.signal(signal.SIGUSR1)
        bench.watch(args.seconds)
        end, lines = Usage(master.pid), master.lines[mark:]
        result = {"slaves": args.slaves, **result_of(swarm)}

    starts, times = cycle_starts(lines), cycle_times(lines)
    threads = end.threads - before.threads
    kernel_stack = threads * KERNEL_STACK_KIB
    resident = end.resident - before.resident
    return result | {
        "cycles": len(starts),
        "missed_cycles": missed(starts),
        "cycle_ms": figures_of(times),
        "start_delay_ms": figures_of(start_delays(starts)),
        "master_cpu_cores": round((end.cpu - begin.cpu) / (end.when - begin.when), 3),
        "master_threads": end.threads,
        "memory_kib_per_slave": round((resident + kernel_stack) / args.slaves, 2),
        "resident_kib_per_slave": round(resident / args.slaves, 2),
        # Both ends of the connections are on this machine, and other programs are, too.
        "slab_kib_per_slave_estimate": round((end.slab - before.slab) / args.slaves / 2, 2),
    }


def start_bystanders(bench, master):
    """One that sends garbage, one that reads nothing, one that is stopped."""
    script = Path(__file__).with_name("garbage_sender.py")
    garbage = bench.start_program("garbage", sys.executable, script, master.port)
    deaf = start_swarm(bench, master, 1)
    stopped = bench.start_slave("stopped", Host.address, master.port)
    await_synchronized(stopped)
    stopped.signal(signal.SIGSTOP)
    deaf.signal(signal.SIGUSR2)
    return [garbage, deaf, stopped]


def bystanders(args):
    """With and without them in turn, so that a noisy minute of the machine hits both."""
    allow_many_descriptors()
    delays = {"without": [], "with": []}
    not_begun = {"without": 0, "with": 0}
    with Bench() as bench:
        master, swarm, _ = start_group(bench, args.slaves)
        bench.settle([master], args.warm_up)
        for turn in ("without", "with") * args.turns:
            peers = start_bystanders(bench, master) if turn == "with" else []
            bench.watch(args.warm_up)
            say(f"measuring for {args.seconds:g} s {turn} bystanders")
            mark = master.mark()
            bench.watch(args.seconds)
            starts = cycle_starts(master.lines[mark:])
            delays[turn] += start_delays(starts)
            not_begun[turn] += missed(starts)
            for peer in peers:
                bench.end(peer)
        result = {"slaves": args.slaves, **result_of(swarm)}
    figures = {turn: figures_of(delays[turn]) for turn in delays}
    return result | {
        "cycles": {turn: len(delays[turn]) for turn in delays},
        "missed_cycles": not_begun,
        "start_delay_ms": figures,
        "p99_ratio": round(figures["with"]["p99"] / figures["without"]["p99"], 3),
    }
