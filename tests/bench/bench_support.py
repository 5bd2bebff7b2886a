"""What the benches share: daemons in hosts of their own, the sampler, and leaving nothing behind.

The helpers written in C++ are looked for below the folder that BERKELEY_BIN names.
"""

import contextlib
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.network import Host
from harness.pages import Page
from harness.programs import (
    BIN,
    Master,
    Program,
    Slave,
    daemon_command,
    free_port,
    output,
    wait_until,
)

HELPERS = BIN / "tests" / "bench"


class BenchError(Exception):
    """A bench could not be run; in one line."""


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def end_by_signal(*_):
    """As after Ctrl-C, everything is cleaned up on the way out."""
    raise KeyboardInterrupt


def need_namespaces(*tools):
    """Those, root, and these tools besides."""
    if os.geteuid() != 0:
        raise BenchError("network namespaces need root: run it as root")
    for tool in ("ip", "nsenter", "setpriv", "unshare", *tools):
        if not shutil.which(tool):
            raise BenchError(f"{tool} is missing: install it with scripts/setup")


class Bench:
    """Starts programs, and ends all of them however the bench ends."""

    def __init__(self):
        self._cleanup = contextlib.ExitStack()
        self._programs = []

    def __enter__(self):
        self.folder = Path(self._cleanup.enter_context(tempfile.TemporaryDirectory()))
        self._cleanup.callback(self._reap)
        return self

    def __exit__(self, *exception):
        self._cleanup.close()

    def _reap(self):
        for program in reversed(self._programs):
            program.reap()

    def at_end(self, callback, *arguments):
        self._cleanup.callback(callback, *arguments)

    def start(self, program):
        self._programs.append(program)
        return program

    def end(self, program):
        """Before the bench does."""
        self._programs.remove(program)
        program.end()

    def kill(self, program):
        """As a machine that fails; the bench goes on without it."""
        self._programs.remove(program)
        program.kill()

    def start_program(self, name, *command, host=Host()):
        return self.start(Program(name, host.command(*command)))

    def start_master(self, *options, host=Host()):
        """Listening, and publishing its clock."""
        port, page = free_port(), self.folder / "master"
        command = daemon_command("master", page, "1s", "--listen", host.address, "--port", port)
        if host.address != Host.address and "--key-file" not in options:
            command += ["--insecure"]
        master = self.start(Master(host.command(*command, *options), port, page))
        master.wait_for("clock server started")
        return master

    def start_slave(self, name, address, port, *options, host=Host()):
        page = self.folder / name
        command = daemon_command("slave", page, "1s", "--master", f"{address}:{port}")
        return self.start(Slave(name, host.command(*command, "--name", name, *options), page))

    def settle(self, daemons, seconds):
        """Once all are synchronized."""
        for daemon in daemons:
            await_synchronized(daemon)
        say(f"settling for {seconds:g} s")
        self.watch(seconds)

    def watch(self, seconds):
        """Lets time pass, as long as all programs run."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._check_running(self._programs)
            time.sleep(min(left, 0.5))

    @staticmethod
    def _check_running(programs):
        for program in programs:
            if program.ended():
                raise BenchError(f"{program.name} ended:\n{program.output(limit=10)}")

    def sample(self, master, slaves, args):
        """The slaves' true errors, once all are synchronized and have settled."""
        self.settle((master, *slaves), args.warm_up)
        say(f"measuring for {args.seconds:g} s")
        pages = [daemon.page_path for daemon in (master, *slaves)]
        sampler = self.start_program(
            "sampler", HELPERS / "page_sampler", args.rate, args.seconds, *pages
        )
        wait_until(sampler.ended, "the end of the sampler", deadline=args.seconds + 60)
        self._check_running((master, *slaves))
        return result_of(sampler)


def await_synchronized(daemon):
    page = Page.of(daemon)
    wait_until(lambda: page.cycle() > 0, f"{daemon.name} to be synchronized")


def result_of(helper):
    """Ends a helper; the JSON that it prints then."""
    code = helper.end()
    results = [line.text for line in helper.lines if line.text.startswith("{")]
    if code != 0 or not results:
        raise BenchError(f"{helper.name} failed:\n{helper.output(limit=10)}")
    return json.loads(results[-1])


def json_of(helper, *arguments):
    """What a helper prints that ends by itself."""
    return json.loads(output(HELPERS / helper, *arguments, stderr=None, timeout=None))


def quantile(values, part):
    return sorted(values)[int(part * (len(values) - 1))]


def figures_of(values):
    return {
        "median": round(statistics.median(values), 3),
        "p99": round(quantile(values, 0.99), 3),
        "max": round(max(values), 3),
    }
