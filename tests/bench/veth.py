"""Two hosts in network namespaces: how far the slaves' clocks are from the master's."""

import re
import sys

from bench.bench_support import Bench, need_namespaces
from bench.network import make_cable
from harness.peers import KeyFile

LOSS = """
table inet bench {
    chain input {
        type filter hook input priority 0
        numgen random mod 100 < 5 counter drop
    }
}
"""


def measure(args, slave_options=((),), prepare=None, keys=False):
    """`prepare` is called with the bench and its hosts, and may return what to call at the end for
    more results."""
    need_namespaces()
    with Bench() as bench:
        hosts = make_cable(bench)
        more = prepare(bench, hosts) if prepare else None
        near, far = hosts
        names = [f"slave-{i}" for i in range(len(slave_options))]
        key_options = ("--key-file", KeyFile(bench.folder / "keys", *names).path) if keys else ()
        master = bench.start_master("--min-slaves", len(names), *key_options, host=near)
        slaves = [
            bench.start_slave(name, near.address, master.port, *options, *key_options, host=far)
            for name, options in zip(names, slave_options)
        ]
        result = bench.sample(master, slaves, args)
        return result | (more() if more else {})


def idle(args):
    return measure(args)


def tls(args):
    return measure(args, keys=True)


def busy(args):
    def spin(bench, _):
        bench.start_program("busy", sys.executable, "-c", "while True: pass")

    return measure(args, prepare=spin)


def loss(args):
    need_namespaces("nft")

    def drop(_, hosts):
        for host in hosts:
            host.run("nft", "--file", "-", input=LOSS)
        return lambda: {"dropped_packets": [dropped(host) for host in hosts]}

    def dropped(host):
        return int(re.search(r"packets (\d+)", host.run("nft", "list", "ruleset"))[1])

    return measure(args, prepare=drop)


def bound(args):
    """Clocks that are wrong and drift, so that a bound can be too small."""
    options = []
    for i in range(args.slaves):
        place = 2 * i / max(args.slaves - 1, 1) - 1  # from -1 to 1
        offset, drift = f"{place * 250:.0f}ms", f"{place * 80:.1f}ppm"
        options.append((f"--simulate-offset={offset}", f"--simulate-drift={drift}"))
    return measure(args, options)
