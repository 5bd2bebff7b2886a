"""Machines on one cable, each in a network namespace of its own; and what cuts the cable.

A machine has two addresses. The second one is for a relay, in front of a daemon for which the first
ones are addresses of its own machine.
"""

from bench_support import Host, Namespace

CABLES = ("whole", "other")

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


class Network:
    """The cable is in the namespace that this program has for itself."""

    def __init__(self, bench):
        self._bench = bench
        self._here = Host()
        self.machines = []
        for cable in CABLES:
            self._here.run("ip", "link", "add", cable, "type", "bridge")
            self._here.run("ip", "link", "set", cable, "up")

    def add(self, number):
        holder = self._bench.start_program("namespace", "unshare", "--net", "sleep", "infinity")
        machine = Machine(number, holder, self._here)
        self.machines.append(machine)
        return machine

    def split(self, machines):
        for machine in machines:
            machine.plug_into("other")

    def heal(self):
        for machine in self.machines:
            machine.plug_into("whole")


class Machine(Namespace):
    def __init__(self, number, holder, here):
        super().__init__(address_of(number), holder)
        self.number = number
        self.name = f"machine {number}"
        self._here = here
        self._port = f"port{number}"
        self._cable = None
        self._reached = True
        here.run("ip", "link", "add", self._port, "type", "veth",
                 "peer", "eth0", "netns", str(self.pid))  # fmt: skip
        for address in (address_of(number), way_around(number)):
            self.run("ip", "address", "add", f"{address}/24", "dev", "eth0")
        self.run("ip", "link", "set", "eth0", "up")
        here.run("ip", "link", "set", self._port, "up")
        self.plug_into("whole")

    def put_behind_relays(self, numbers):
        """Those machines' addresses are this one's from now on."""
        self.run("ip", "address", "del", f"{address_of(self.number)}/24", "dev", "eth0")
        # Nobody else is to be told so.
        self.run("sh", "-c", "echo 1 > /proc/sys/net/ipv4/conf/all/arp_ignore")
        for number in numbers:
            self.run("ip", "address", "add", f"{address_of(number)}/32", "dev", "lo")

    @property
    def network(self):
        """The same for all machines that reach each other."""
        return self._cable if self._reached else self._port

    def plug_into(self, cable):
        if cable != self._cable:
            self._here.run("ip", "link", "set", self._port, "master", cable)
            self._cable = cable

    def set_link(self, up):
        self._here.run("ip", "link", "set", self._port, "up" if up else "down")
        self._reached = up

    def set_deaf(self, deaf):
        rules = DEAFNESS if deaf else "delete table inet deafness"
        self.run("sh", "-c", f"nft --file - <<END\n{rules}\nEND")
        self._reached = not deaf
