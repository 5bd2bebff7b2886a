"""Clocks whose rate is off: within --max-drift they belong to the group, beyond it they disturb
nobody."""

import unittest

from harness.pages import Page, raw_now
from harness.programs import SECOND, WARNING
from harness.truth import UNMOVED, TruthTest

RIGHT = ("one", "two", "three")


class RatesTest(TruthTest):
    def bounds(self, daemons):
        raw = raw_now()
        return [Page(daemon.page_path).at(raw).bound / SECOND for daemon in daemons]

    @staticmethod
    def await_named(master, name):
        master.cycle_where(
            lambda cycle: name in cycle.clocks and cycle.clocks[name].standing == "too fast",
            f"{name} is too fast",
        )

    def test_a_clock_that_is_too_fast_is_named_and_disturbs_nobody(self):
        master, slaves = self.start_group(*RIGHT)
        rest = [master, *slaves]
        usual = max(self.bounds(rest))
        with self.unmoved(*rest):
            fast = self.start_slave("fast", master, "--simulate-drift=1944ppm")
            self.settle(master, slaves)
            self.await_named(master, "fast")
            self.await_counted(master, RIGHT, after=master.last_cycle() + 10)
        self.assertLess(max(self.bounds(rest)), max(2 * usual, UNMOVED), "bound of the others")
        master.wait_for(rf"{WARNING}.*\bfast\b.*\b1.?94\d.*ppm")
        self.check_bound(fast, master)

    def check_bound(self, daemon, master):
        """That it does not say that it is better than it is."""
        raw = raw_now()
        readings = [Page(d.page_path).at(raw) for d in (daemon, master)]
        apart = abs(readings[0].time - readings[1].time)
        self.assertLessEqual(apart, readings[0].bound + readings[1].bound)

    def test_a_master_that_is_too_fast_is_named_and_disturbs_nobody(self):
        master = self.start_master("--simulate-drift=1944ppm")
        slaves = [self.start_slave(name, master) for name in RIGHT]
        self.await_counted(master, RIGHT)
        self.await_named(master, master.name)
        self.settle(master, slaves)
        with self.unmoved(*slaves):
            self.await_counted(master, RIGHT, after=master.last_cycle() + 10)

    def test_a_clock_that_is_fast_and_not_too_fast_counts(self):
        master, slaves = self.start_group(*RIGHT)
        fast = self.start_slave("fast", master, "--simulate-drift=400ppm")
        self.settle(master, [*slaves, fast])
        self.check_bound(fast, master)


if __name__ == "__main__":
    unittest.main()
