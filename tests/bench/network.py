"""Machines in network namespaces, and the switches that join them.

A machine has two addresses, of the range that is set aside for benches. The second one is for a
relay, in front of a daemon for which the first ones are addresses of its own machine.
"""

import os

from harness.programs import output, wait_until

# Even if the bench is killed outright, and cannot clean up, the kernel ends what it has started;
# and a network namespace without processes is gone.
TIED_TO_US = ["setpriv", "--pdeathsig", "KILL"]

DEAFNESS = """
table inet deafness {
    chain input {
        type filter hook input priority 0
        iifname eth0 drop
    }
}
"""


def address_of(number):
    return f"198.18.0.{number}"


def way_around(number):
    return f"198.18.1.{number}"


class Host:
    """Where programs run; this one is the machine as it is."""

    address = "127.0.0.1"
    enter = ()

    def command(self, *command):
        """What starts that program there."""
        return [*TIED_TO_US, *self.enter, *command]

    def run(self, *command, **options):
        return output(*self.enter, *command, **options)


class Namespace(Host):
    """A host with a network of its own. It has no name, and lasts as long as its processes."""

    def __init__(self, bench):
        holder = bench.start_program("namespace", "unshare", "--net", "sleep", "infinity")
        self.pid = holder.pid
        link = f"/proc/{self.pid}/ns/net"
        wait_until(lambda: os.readlink(link) != os.readlink("/proc/self/ns/net"), "a namespace")
        self.enter = ("nsenter", f"--net={link}")
        self.run("ip", "link", "set", "lo", "up")

    def set_up(self, device, *addresses):
        for address in addresses:
            self.run("ip", "address", "add", f"{address}/24", "dev", device)
        self.run("ip", "link", "set", device, "up")


def make_cable(bench):
    """Two hosts with a cable between them."""
    hosts = [Namespace(bench), Namespace(bench)]
    end = ("type", "veth", "peer", "eth0", "netns", hosts[1].pid)
    hosts[0].run("ip", "link", "add", "eth0", *end)
    for number, host in enumerate(hosts, 1):
        host.address = address_of(number)
        host.set_up("eth0", host.address)
    return hosts


class Network:
    """Two switches that nothing joins, and machines, each at one of them."""

    SWITCHES = ("whole", "other")

    def __init__(self, bench):
        self._bench = bench
        self._switches = Namespace(bench)
        self.machines = []
        for switch in self.SWITCHES:
            self._switches.run("ip", "link", "add", switch, "type", "bridge")
            self._switches.run("ip", "link", "set", switch, "up")

    def add(self, number):
        self.machines.append(Machine(self._bench, number, self._switches))
        return self.machines[-1]

    def split(self, machines):
        for machine in machines:
            machine.plug_into("other")

    def heal(self):
        for machine in self.machines:
            machine.plug_into("whole")


class Machine(Namespace):
    def __init__(self, bench, number, switches):
        super().__init__(bench)
        self.number = number
        self.name = f"machine {number}"
        self.address = address_of(number)
        self._switches = switches
        self._port = f"port{number}"
        self._switch = None
        self._reached = True
        end = ("type", "veth", "peer", "eth0", "netns", self.pid)
        switches.run("ip", "link", "add", self._port, *end)
        self.set_up("eth0", self.address, way_around(number))
        switches.run("ip", "link", "set", self._port, "up")
        self.plug_into("whole")

    def put_behind_relays(self, numbers):
        """Those machines' addresses are this one's from now on."""
        self.run("ip", "address", "del", f"{self.address}/24", "dev", "eth0")
        # Nobody else is to be told so.
        self.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore")
        for number in numbers:
            self.run("ip", "address", "add", f"{address_of(number)}/32", "dev", "lo")

    @property
    def network(self):
        """The same for all machines that reach each other."""
        return self._switch if self._reached else self._port

    def plug_into(self, switch):
        if switch != self._switch:
            self._switches.run("ip", "link", "set", self._port, "master", switch)
            self._switch = switch

    def set_link(self, up):
        self._switches.run("ip", "link", "set", self._port, "up" if up else "down")
        self._reached = up

    def set_deaf(self, deaf):
        rules = DEAFNESS if deaf else "delete table inet deafness"
        self.run("nft", "--file", "-", input=rules)
        self._reached = not deaf
