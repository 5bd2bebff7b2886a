"""Three masters and six slaves, each on a machine of its own, and what else there is to break."""

import random
import sys
from pathlib import Path

from bench.bench_support import HELPERS
from bench.network import Network, address_of, way_around
from chaos.daemons import Daemon
from harness.peers import KeyFile
from harness.programs import BIN, output, run

MASTERS = (11, 12, 13)
SLAVES = (21, 22, 23, 24, 25, 26)
BEHIND_RELAYS = (25, 26)
OUTSIDER = 99
PORT = 8080
DISK_KIB = 128
STRANGER = Path(__file__).with_name("stranger.py")
# Each way, in µs.
DELAY = "normal:200:50"


class World:
    def __init__(self, bench, seed):
        self.bench = bench
        chance = random.Random(seed)
        self.secure = seed % 2 == 1
        self.disk = self._make_disk()
        self.network = Network(bench)
        self.relays = []
        self.outsider = self.network.add(OUTSIDER)
        self._keys = self._make_keys() if self.secure else {}
        self.masters = [self._add_master(number) for number in MASTERS]
        self.slaves = [self._add_slave(number) for number in SLAVES]
        self.behind_relays = {slave_name(number) for number in BEHIND_RELAYS}
        self.daemons = self.masters + self.slaves
        leaders = {master.machine.address: master for master in self.masters}
        for daemon in self.daemons:
            daemon.leaders, daemon.all = leaders, self.daemons
            daemon.clock = self.draw_clock(chance)

    @staticmethod
    def draw_clock(chance):
        offset, drift = chance.uniform(-10, 10), chance.uniform(-50, 50)
        return (f"--simulate-offset={offset:.3f}ms", f"--simulate-drift={drift:.1f}ppm")

    def start_stranger(self, machine, chance):
        command = [sys.executable, STRANGER, chance.getrandbits(32), *map(address_of, MASTERS)]
        return self.bench.start_program("stranger", *command, host=machine)

    def _make_disk(self):
        """A small one for what the daemons remember; it is gone with this program's namespace."""
        disk = self.bench.folder / "disk"
        disk.mkdir()
        output("mount", "-t", "tmpfs", "-o", f"size={DISK_KIB}k", "tmpfs", disk)
        self.bench.at_end(run, "umount", "--lazy", disk)
        return disk

    def _make_keys(self):
        """The option for each name, and for all of them."""
        slaves = [slave_name(number) for number in SLAVES]
        masters = [f"master-{i + 1}" for i in range(len(MASTERS))]
        keys = KeyFile(self.bench.folder / "all.key", *masters, *slaves)
        files = {name: keys.only(self.bench.folder / f"{name}.key", name) for name in slaves}
        return {name: ("--key-file", file.path) for name, file in {**files, "all": keys}.items()}

    def _add_master(self, number):
        peers = ",".join(f"{address_of(master)}:{PORT}" for master in MASTERS)
        command = [BIN / "berkeley-master", "--listen", "0.0.0.0", "--port", PORT, "--peers", peers]
        command += ["--min-slaves", 2, *self._keys.get("all", ["--insecure"])]
        return self._add(f"master-{MASTERS.index(number) + 1}", self.network.add(number), command)

    def _add_slave(self, number):
        machine = self.network.add(number)
        if number in BEHIND_RELAYS:
            self._put_behind_relays(machine)
        masters = ",".join(f"{address_of(master)}:{PORT}" for master in MASTERS)
        name = slave_name(number)
        command = [BIN / "berkeley-slave", "--master", masters, "--name", name]
        return self._add(name, machine, [*command, *self._keys.get(name, [])])

    def _add(self, name, machine, command):
        command += ["--interval", "1s", "--state-dir", self.disk / name]
        daemon = Daemon(name, machine, command, self.bench.folder)
        self.bench.at_end(daemon.reap)
        return daemon

    def _put_behind_relays(self, machine):
        machine.put_behind_relays(MASTERS)
        for master in MASTERS:
            ways = [f"{address_of(master)}:{PORT}", f"{way_around(master)}:{PORT}"]
            command = [HELPERS / "tcp_relay", *ways, DELAY, DELAY]
            relay = self.bench.start_program("relay", *command, host=machine)
            relay.wait_for("relaying")
            self.relays.append(relay)


def slave_name(number):
    return f"slave-{number}"
