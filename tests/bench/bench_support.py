"""What the benches share: daemons in hosts of their own, the sampler, and leaving nothing behind.

The helpers written in C++ are looked for below the folder that BERKELEY_BIN names.
"""

import contextlib
import functools
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

E2E = Path(__file__).resolve().parents[1] / "e2e"
sys.path.insert(0, str(E2E))

from berkeley_e2e import (  # noqa: E402
    BIN,
    Master,
    Page,
    Program,
    Slave,
    free_port,
    raw_now,
    wait_until,
)

HELPERS = BIN / "tests" / "bench"

# Even if this bench is killed outright, and cannot clean up, the kernel ends what it has started;
# and a network namespace without processes is gone.
TIED_TO_US = ["setpriv", "--pdeathsig", "KILL"]


class BenchError(Exception):
    """A bench could not be run; in one line."""


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


def need_root():
    if os.geteuid() != 0:
        raise BenchError("network namespaces need root: run it as root")


def need_tools(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise BenchError(f"{tool} is missing: install it with scripts/setup")


class Host:
    """Where programs run; this one is the machine as it is."""

    address = "127.0.0.1"
    enter = ()

    def command(self, *command):
        """What starts that program there."""
        return [*TIED_TO_US, *self.enter, *command]

    def run(self, *command):
        result = subprocess.run(
            [*self.enter, *command], capture_output=True, text=True, check=False
        )
        if result.returncode != 0:
            raise BenchError(f"{' '.join(command)} failed: {result.stderr.strip()}")
        return result.stdout


class Namespace(Host):
    """A host with a network of its own. It has no name, and lasts as long as its processes."""

    def __init__(self, address, holder):
        self.address = address
        self.pid = holder.pid
        link = f"/proc/{self.pid}/ns/net"
        wait_until(lambda: os.readlink(link) != os.readlink("/proc/self/ns/net"), "a namespace")
        self.enter = ("nsenter", f"--net={link}")
        self.run("ip", "link", "set", "lo", "up")


@functools.cache
def help_of(program):
    return subprocess.run(
        [BIN / program, "--help"], capture_output=True, text=True, check=True
    ).stdout


def where_known(program, option, *values):
    """The option, unless the program is an older one, which a bench compares with."""
    return [option, *values] if option in help_of(program) else []


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

    def make_keys(self, *names):
        """A file with a key for each."""
        path = self.folder / "keys"
        path.touch(mode=0o600)
        path.write_text("".join(f"{name}:{secrets.token_hex(32)}\n" for name in names))
        return path

    def start_master(self, *options, host=Host(), interval="1s"):
        """Listening, and publishing its clock."""
        port, page = free_port(), self.folder / "master"
        command = [BIN / "berkeley-master", "--listen", host.address, "--port", port]
        command += ["--interval", interval, "--publish", page]
        command += where_known("berkeley-master", "--state-dir", self.folder / "master-state")
        if host.address != Host.address and "--key-file" not in options:
            command += where_known("berkeley-master", "--insecure")
        master = self.start(Master(host.command(*command, *options), port, page))
        master.wait_for("clock server started")
        return master

    def start_slave(self, name, address, port, *options, host=Host(), interval="1s"):
        page = self.folder / name
        command = [BIN / "berkeley-slave", "--master", f"{address}:{port}", "--name", name]
        command += ["--interval", interval, "--publish", page]
        command += where_known("berkeley-slave", "--state-dir", self.folder / f"{name}-state")
        return self.start(Slave(name, host.command(*command, *options), page))

    def make_veth(self):
        """Two hosts with a cable between them."""
        need_root()
        need_tools("ip", "nsenter", "setpriv", "unshare")
        hosts = []
        for address in ("198.18.0.1", "198.18.0.2"):  # the range that is set aside for benches
            holder = self.start_program("namespace", "unshare", "--net", "sleep", "infinity")
            hosts.append(Namespace(address, holder))
        one, two = hosts
        one.run("ip", "link", "add", "veth", "type", "veth", "peer", "veth", "netns", str(two.pid))
        for host in hosts:
            host.run("ip", "address", "add", f"{host.address}/24", "dev", "veth")
            host.run("ip", "link", "set", "veth", "up")
        return hosts

    def watch(self, seconds):
        """Lets time pass, as long as all programs run."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            for program in self._programs:
                if program.ended():
                    raise BenchError(f"{program.name} ended:\n{program.output(limit=10)}")
            time.sleep(min(left, 0.5))

    def sample(self, master, slaves, args):
        """The slaves' true errors, once all are synchronized and have settled."""
        for daemon in (master, *slaves):
            await_synchronized(daemon)
        say(f"settling for {args.warm_up:g} s")
        self.watch(args.warm_up)
        say(f"measuring for {args.seconds:g} s")
        pages = [daemon.page_path for daemon in (master, *slaves)]
        sampler = self.start_program(
            "sampler", HELPERS / "page_sampler", args.rate, args.seconds, *pages
        )
        wait_until(sampler.ended, "the end of the sampler", deadline=args.seconds + 60)
        for program in (master, *slaves):
            if program.ended():
                raise BenchError(f"{program.name} ended:\n{program.output(limit=10)}")
        return result_of(sampler)


def await_synchronized(daemon):
    wait_until(daemon.page_path.exists, f"the page of {daemon.name}")
    page = Page(daemon.page_path)
    wait_until(lambda: page.cycle() > 0, f"{daemon.name} to be synchronized")


def result_of(helper):
    """Ends a helper; the JSON that it prints then."""
    code = helper.end()
    results = [line.text for line in helper.lines if line.text.startswith("{")]
    if code != 0 or not results:
        raise BenchError(f"{helper.name} failed:\n{helper.output(limit=10)}")
    return json.loads(results[-1])
