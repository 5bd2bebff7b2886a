"""The demo's clocks agree in truth: every daemon's published clock, read at one instant."""

import unittest

from harness.daemons import DaemonTest
from harness.pages import raw_now
from harness.programs import MINUTE, SECOND

AGREEMENT = 100e-6

# What counts as not moved: the clocks that are right drift apart by less, and a wild clock that had
# any weight would move the group by months.
UNMOVED = 0.001


class AgreementTest(DaemonTest):
    # Nobody is late in the first cycle, which waits for a quarter of it.
    interval = 2

    def check(self, sane, insane):
        """That those that are right agree, on the time that they had on average without the other."""
        pages = self.pages_after(3, *sane, insane)
        now = raw_now()
        readings = [page.at(now) for page in pages]
        own = readings[0]
        for daemon, reading in zip(sane, readings):
            apart = (reading.time - own.time) / SECOND
            self.assert_near(0, apart, AGREEMENT, f"{daemon.name} minus {sane[0].name}")
            # The bounds that they publish are true, but for the time that a cycle's news travel.
            limit = (reading.bound + own.bound) / SECOND
            self.assertLessEqual(abs(apart), limit + 10e-6, f"bound of {daemon.name}")

        hosts = [reading.host for reading in readings[: len(sane)]]
        expected = sum(host - hosts[0] for host in hosts) / len(hosts) / SECOND
        self.assert_near(expected, (own.time - hosts[0]) / SECOND, UNMOVED, "the group's time")

    def start_slaves(self, master):
        return [
            self.start_slave("fast-25min", master, "--simulate-offset=25min"),
            self.start_slave("slow-10min", master, "--simulate-offset=-10min"),
            self.start_slave("drifting", master, "--simulate-drift=40ppm"),
        ]

    def test_an_insane_slave_moves_nobody(self):
        master = self.start_master("--min-slaves", 4)
        slaves = self.start_slaves(master)
        insane = self.start_slave("insane", master, "--simulate-offset=4y")

        first = master.cycle(1).clocks
        self.assertNotEqual("counted", first["insane"].standing)
        self.assertEqual(4, sum(clock.standing == "counted" for clock in first.values()))
        self.check([master, *slaves], insane)
        # Left out, it is told how to come back all the same.
        master.cycle_where(
            lambda cycle: cycle.clocks["insane"].standing == "counted", "the insane clock is back"
        )

    def test_an_insane_master_moves_alone(self):
        master = self.start_master("--min-slaves", 4, "--simulate-offset=4y")
        slaves = self.start_slaves(master)
        right = self.start_slave("right", master)

        first = master.cycle(1).clocks
        self.assertEqual(
            {"fast-25min", "slow-10min", "drifting", "right"},
            {name for name, clock in first.items() if clock.standing == "counted"},
        )
        average_of_sane = 15 * MINUTE / 4
        self.check([right, *slaves], master)
        pages = self.pages_after(3, master, right)
        now = raw_now()
        mine, its = (page.at(now) for page in pages)
        self.assert_near(0, (mine.time - its.time) / SECOND, AGREEMENT, "master minus right")
        self.assert_near(
            average_of_sane, (its.time - its.host) / SECOND, UNMOVED * 10, "change of right"
        )


if __name__ == "__main__":
    unittest.main()
