"""Runs one bench and prints its result as one line of JSON; without a name, lists them.

Usage, in tests/: python3 -m bench.bench [NAME [OPTION]...]
"""

import argparse
import json
import os
import signal
import sys
from collections import namedtuple

from bench import failover, read_cost, relay, scale, veth
from bench.bench_support import BenchError, end_by_signal, json_of

Entry = namedtuple("Entry", "run summary options")


def simulated(helper):
    """Clocks and networks that no machine disturbs."""
    return lambda args: json_of(helper, args.seeds)


# What each takes about is its warm-up and its seconds.
VETH = {"warm-up": 30, "seconds": 60, "rate": 200}
RELAY = {"warm-up": 120, "seconds": 60, "rate": 200}

BENCHES = {
    "veth": Entry(veth.idle, "one slave behind a quiet cable: error and bound", VETH),
    "veth-tls": Entry(veth.tls, "the same with keys", VETH),
    "veth-busy": Entry(veth.busy, "the same while a program uses one core", VETH),
    "veth-loss": Entry(veth.loss, "the same while 5 % of the packets are lost each way", VETH),
    "relay": Entry(relay.normal, "1 ms ± 0.3 ms (normal) of delay each way", RELAY),
    "relay-pareto": Entry(relay.pareto, "pareto jitter on one side only", RELAY),
    "bound": Entry(
        veth.bound,
        "eight wrong, drifting clocks; ten million checks of their bounds",
        {"warm-up": 10, "seconds": 130, "rate": 10000, "slaves": 8},
    ),
    "failover": Entry(
        failover.failover,
        "three masters and six slaves: one fault after the other",
        {"warm-up": 30, "rate": 100, "rounds": 20},
    ),
    "sim-chrony": Entry(
        simulated("sim_chrony"),
        "two simulated nodes for 4 h, on the paths that chronyd was measured on",
        {"seeds": 20},
    ),
    "sim-group": Entry(
        simulated("sim_group"),
        "four simulated nodes for 4 h: spread, rate, and a clock that jumps",
        {"seeds": 5},
    ),
    "sim-convergence": Entry(
        simulated("sim_convergence"),
        "how soon simulated clocks that begin 1 s and 100 ppm off are together",
        {"seeds": 20},
    ),
    "sim-ensemble": Entry(
        simulated("sim_ensemble"),
        "how much steadier than its 16 simulated clocks the group is",
        {"seeds": 5},
    ),
    "scale": Entry(
        scale.scale,
        "many slaves: punctuality, CPU and memory of the master",
        {"warm-up": 20, "seconds": 30, "slaves": 1000},
    ),
    "bystanders": Entry(
        scale.bystanders,
        "whether a stopped, a deaf and a babbling peer delay the cycles",
        {"warm-up": 8, "seconds": 60, "slaves": 1000, "turns": 2},
    ),
    "read": Entry(
        read_cost.read,
        "what a reading of the group's time costs, beside one of the system clock",
        {"turns": 15},
    ),
}

HELP = {
    "warm-up": "let the clocks settle for so many seconds",
    "seconds": "measure for so many seconds",
    "rate": "so many checks of each slave a second",
    "slaves": "with so many slaves",
    "seeds": "repeat it with so many seeds",
    "rounds": "take the active master away so many times",
    "turns": "measure so many times",
}


def list_benches(file=sys.stdout):
    print("Benches:", file=file)
    for name, bench in BENCHES.items():
        print(f"  {name:<15} {bench.summary}", file=file)


def parse(name, arguments):
    bench = BENCHES[name]
    parser = argparse.ArgumentParser(prog=f"bench {name}", description=bench.summary)
    for option, default in bench.options.items():
        kind = int if option in ("rounds", "seeds", "slaves", "turns") else float
        parser.add_argument(
            f"--{option}", type=kind, default=default, help=f"{HELP[option]} (default: {default})"
        )
    return parser.parse_args(arguments)


def main(arguments):
    if not arguments:
        list_benches()
        return 0
    name = arguments[0]
    if name not in BENCHES:
        print(f"bench: there is no bench '{name}'\n", file=sys.stderr)
        list_benches(sys.stderr)
        return 2
    args = parse(name, arguments[1:])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_by_signal)
    load = round(os.getloadavg()[0], 2)
    try:
        result = BENCHES[name].run(args)
    except (BenchError, AssertionError) as error:
        print(f"bench: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("bench: interrupted", file=sys.stderr)
        return 130
    machine = {"cores": os.cpu_count(), "kernel": os.uname().release, "load_before": load}
    print(json.dumps({"bench": name, **vars(args), **result, "machine": machine}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
