"""What a reading of the group's time costs, in terms of one of the system clock."""

from collections import defaultdict

from bench.bench_support import json_of

CLOCKS = {"systemClock": "system", "groupTime": "group", "stdChrono": "std_chrono"}


def read(args):
    """Each figure is the median of the turns, of processor time; the turns of all are mixed."""
    options = {
        "format": "json",
        "repetitions": args.turns,
        "min_time": 0.2,
        "enable_random_interleaving": "true",
    }
    flags = [f"--benchmark_{option}={value}" for option, value in options.items()]
    costs = defaultdict(dict)
    for run in json_of("read_cost", *flags)["benchmarks"]:
        if run.get("aggregate_name") == "median":
            clock = CLOCKS[run["run_name"].split("/")[0]]
            costs[run["threads"]][clock] = round(run["cpu_time"], 2)
    return {
        f"threads_{threads}": {
            "ns": cost,
            "group_over_system": round(cost["group"] / cost["system"], 2),
        }
        for threads, cost in sorted(costs.items())
    }
