"""What a reading of the group's time costs, in terms of one of the system clock."""

import json
import subprocess
from collections import defaultdict

from bench_support import HELPERS, BenchError

CLOCKS = {"systemClock": "system", "groupTime": "group", "stdChrono": "std_chrono"}


def read(args):
    """Each figure is the median of the turns, of processor time; the turns of all are mixed."""
    command = [HELPERS / "read_cost", "--benchmark_format=json"]
    command += [f"--benchmark_repetitions={args.turns}", "--benchmark_min_time=0.2"]
    command += ["--benchmark_enable_random_interleaving=true"]
    result = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    if result.returncode != 0:
        raise BenchError(result.stderr)
    costs = defaultdict(dict)
    for run in json.loads(result.stdout)["benchmarks"]:
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
