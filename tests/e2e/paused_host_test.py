"""What holds the clocks of a host in other tests holds them all."""

import json
import re
import sys
import time
import unittest

from harness.daemons import DaemonTest
from harness.pages import raw_now
from harness.paused_host import SHIM, PausedHost
from harness.programs import BIN, ROOT, SECOND, SLOWNESS, Program, output

PROBE = ROOT / "tests" / "support" / "clock_probe.py"
HELD = 1.5

# Calls with which programs ask for a time, or wait for one, that it does not turn.
NOT_TURNED = (
    r"pthread_(cond_timed|mutex_(timed|clock)|rwlock_(timed|clock)|timedjoin)\w*"
    r"|sem_(timed|clock)wait|clock_nanosleep|mq_timed\w+|timer_settime|timespec_get|recvmmsg|cnd_timedwait"
)


class ClocksTest(DaemonTest):
    def setUp(self):
        super().setUp()
        self.host = PausedHost(self.folder / "host")
        command = [sys.executable, PROBE]
        self.probe = self.start(Program("probe", command, self.host.env))

    def told(self):
        """The next that it says, and what was true then: in seconds, but for the clocks."""
        said = self.probe.wait_for(r"^\{", since=self.probe.mark())
        truth = {"raw": raw_now(), "system": time.time_ns()}
        clocks = json.loads(said.string)
        return clocks, {name: (truth[name] - clocks[name]) / SECOND for name in truth}

    def check(self, behind, system_behind, boot_behind):
        clocks, late = self.told()
        # It is busy for a moment between its reading and ours.
        slack = 0.2 * SLOWNESS
        self.assert_near(behind, late["raw"], slack, "the raw clock's delay")
        self.assert_near(system_behind, late["system"], slack, "the system clock's delay")
        self.assert_near(self.boot + (behind - boot_behind), self.boot_ahead(clocks), slack, "boot")
        self.assertLess(abs(clocks["monotonic"] - self.skew - clocks["raw"]), slack * SECOND)
        self.assertLess(abs(clocks["tai"] - self.tai - clocks["system"]), slack * SECOND)
        # It waits for its deadlines by its own clock, and packets come by its own clock.
        self.assertLess(max(0, clocks["late"]) / SECOND, slack)
        self.assertLess(abs(clocks["age"]) / SECOND, slack)

    @staticmethod
    def boot_ahead(clocks):
        return (clocks["boot"] - clocks["monotonic"]) / SECOND

    def begin(self):
        clocks, _ = self.told()
        self.boot = self.boot_ahead(clocks)
        self.skew = clocks["monotonic"] - clocks["raw"]
        self.tai = clocks["tai"] - clocks["system"]
        self.check(0, 0, 0)

    def test_of_a_paused_one_none_goes_on(self):
        self.begin()
        mark = self.probe.mark()
        self.host.pause(self.probe, HELD)
        self.check(HELD, HELD, HELD)
        # No wait ended before or after its time, and no packet was long on its way.
        said = [json.loads(match.string) for match in self.probe.matches(r"^\{", since=mark)]
        self.assertLess(max(abs(line["late"]) for line in said) / SECOND, HELD / 2)
        self.assertLess(max(abs(line["age"]) for line in said) / SECOND, HELD / 2)
        self.host.pause(self.probe, HELD)
        self.check(2 * HELD, 2 * HELD, 2 * HELD)

    def test_of_a_suspended_one_some_go_on(self):
        self.begin()
        self.host.suspend(self.probe, HELD)
        self.check(HELD, 0, 0)

    def test_it_turns_all_that_the_daemons_call(self):
        for daemon in ("berkeley-master", "berkeley-slave"):
            called = output("nm", "--dynamic", "--undefined-only", BIN / daemon)
            self.assertIn("clock_gettime@", called)
            if SLOWNESS == 1:  # Sanitizers bring calls of their own.
                self.assertEqual([], re.findall(rf"\b(?:{NOT_TURNED})@", called), daemon)
        turned = output("nm", "--dynamic", "--defined-only", SHIM)
        for call in ("clock_gettime", "time", "gettimeofday", "pthread_cond_clockwait", "recvmsg"):
            self.assertRegex(turned, rf" T {call}\n")


if __name__ == "__main__":
    unittest.main()
