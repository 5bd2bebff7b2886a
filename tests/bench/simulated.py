"""Runs the benches that simulate their clocks and networks, whose figures no machine disturbs."""

import json
import subprocess

from bench_support import HELPERS, BenchError


def running(program):
    """A bench that runs `program` and passes on its last line."""

    def run(args):
        command = [HELPERS / program, str(args.seeds)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode != 0:
            raise BenchError(f"{program} ended with exit code {done.returncode}")
        return json.loads(done.stdout.splitlines()[-1])

    return run
