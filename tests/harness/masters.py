"""Several masters, ranked, and slaves that know them all. Standard library only."""

from harness.daemons import DaemonTest
from harness.programs import free_port

LEADS = "is active now and leads the group"


class RankedMasters(DaemonTest):
    """Masters 1, 2, ..., ranked in this order, and slaves that know them all."""

    def setUp(self):
        super().setUp()
        self.options = ()
        self.choose_addresses(3)

    def choose_addresses(self, count):
        self.ports = {}
        while len(self.ports) < count:
            port = free_port()
            if port not in self.ports.values():
                self.ports[len(self.ports) + 1] = port

    def addresses(self, *ranks):
        return ",".join(f"127.0.0.1:{self.ports[rank]}" for rank in ranks or self.ports)

    def start_ranked(self, rank, *options, peers=None, **how):
        master = self.start_master(
            "--peers", peers or self.addresses(), *self.options, *options,
            port=self.ports[rank], **how,
        )  # fmt: skip
        master.name = f"master-{rank}"
        return master

    def start_masters(self, *options):
        return {rank: self.start_ranked(rank, *options) for rank in self.ports}

    def start_follower(self, name, *options, ranks=()):
        """A slave that knows the masters of these ranks, or all."""
        return self.start_slave(name, self.addresses(*ranks), *self.options, *options)

    def start_group(self, *options):
        """Three masters, of which the first leads, and four slaves."""
        masters = self.start_masters(*options)
        masters[1].wait_for(LEADS)
        slaves = [
            self.start_follower("ahead", "--simulate-offset=200ms"),
            self.start_follower("behind", "--simulate-offset=-300ms"),
            self.start_follower("drifting", "--simulate-drift=40ppm"),
            self.start_follower("right"),
        ]
        self.check_led(masters[1], {"master-2", "master-3", *(slave.name for slave in slaves)})
        return masters, slaves

    def check_led(self, master, names, after=0):
        """That this master has a cycle in which all of these count, and nobody else is there."""
        master.cycle_where(
            lambda cycle: {name for name, clock in cycle.clocks.items()
                           if clock.standing == "counted"} == names | {master.name},
            f"{names} count",
            after=after,
        )  # fmt: skip

    def assert_never_led(self, *standbys):
        for standby in standbys:
            self.assertEqual([], standby.matches(f"{LEADS}|New synchronization cycle"))
