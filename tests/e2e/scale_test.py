"""Two hundred slaves: every cycle on time, and nothing left in the master after they have gone."""

import os
import signal
import subprocess
import unittest

from harness.daemons import DaemonTest
from harness.programs import BIN, SLOWNESS, wait_until

SLAVES = 200
CYCLES = 20


def entries(master, what):
    return len(os.listdir(f"/proc/{master.pid}/{what}"))


def late_in(cycle):
    return [clock.name for clock in cycle.clocks.values() if clock.standing == "late"]


class ScaleTest(DaemonTest):
    interval = SLOWNESS

    def setUp(self):
        super().setUp()
        self.slaves = []
        self.addCleanup(self.end_slaves)

    def end_slaves(self):
        for slave in self.slaves:
            slave.send_signal(signal.SIGTERM)
        codes = {slave.wait() for slave in self.slaves}
        self.slaves.clear()
        self.assertLessEqual(codes, {0}, "exit codes of the slaves")

    def test_two_hundred_slaves(self):
        master = self.start_master("--min-slaves", SLAVES)
        # Its last thread says so.
        master.wait_for("Synchronization not applicable")
        threads, descriptors = entries(master, "task"), entries(master, "fd")
        for number in range(SLAVES):
            command = [BIN / "berkeley-slave", "--master", f"127.0.0.1:{master.port}"]
            command += ["--state-dir", self.folder / f"state-{number}", "--publish", "none"]
            # Not a DaemonTest's slave, which has two threads here: their output is of no interest.
            with open(self.folder / f"output-{number}", "wb") as output:
                self.slaves.append(
                    subprocess.Popen(
                        [*command, "--name", f"slave-{number:03}", "--interval", f"{self.interval}s"],
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=output,
                    )
                )
        # A slave that was not welcomed in time has come again; what is left of it is late once.
        first = master.cycle_where(
            lambda cycle: cycle.slaves == SLAVES and not late_in(cycle),
            f"{SLAVES} slaves answer",
            deadline=60 * self.interval,
        ).number
        begun = master.mark()
        master.cycle(first + CYCLES, deadline=120 * self.interval)

        cycles = [master.cycles()[number] for number in range(first, first + CYCLES + 1)]
        self.assert_on_time(cycles)
        self.assertEqual([], master.matches("longer than the interval", begun))
        for cycle in cycles:
            self.assertEqual(SLAVES, cycle.slaves)
            self.assertEqual(SLAVES + 1, len(cycle.clocks))
            self.assertEqual([], late_in(cycle), f"cycle {cycle.number}")

        self.end_slaves()
        wait_until(
            lambda: (entries(master, "task"), entries(master, "fd")) == (threads, descriptors),
            f"{threads} threads and {descriptors} descriptors in the master",
        )


if __name__ == "__main__":
    unittest.main()
