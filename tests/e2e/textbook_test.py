"""The textbook's example, through real processes: 3:00, 3:25 and 2:50 agree on 3:05."""

import time
import unittest

from harness.daemons import DaemonTest
from harness.pages import raw_now
from harness.programs import MINUTE


class TextbookTest(DaemonTest):
    # Nobody is late in the first cycle, which waits for a quarter of it.
    interval = 2

    def test_three_clocks_meet_at_their_average(self):
        begun = raw_now()
        real_at_begin = time.time_ns()
        master = self.start_master("--min-slaves", 2, "--cycles", 1)
        fast = self.start_slave("fast", master, "--simulate-offset=25min")
        slow = self.start_slave("slow", master, "--simulate-offset=-10min")

        clocks = master.cycle(1).clocks
        changes = {"master": 5, "fast": -20, "slow": 15}
        self.assertEqual(changes.keys(), clocks.keys())
        for name, minutes in changes.items():
            self.assertEqual("counted", clocks[name].standing)
            self.assert_near(minutes * MINUTE, clocks[name].change, 0.01, name)
        self.assert_near(25 * MINUTE, clocks["fast"].offset, 0.01, "offset of fast")
        self.assert_near(-10 * MINUTE, clocks["slow"].offset, 0.01, "offset of slow")

        self.assertEqual(0, master.wait())
        now = raw_now()
        real_now = real_at_begin + now - begun
        for page in self.pages_after(1, master, fast, slow):
            reading = page.at(now)
            self.assert_near(5 * MINUTE, (reading.time - real_now) / 1e9, 0.01, "group time")


if __name__ == "__main__":
    unittest.main()
