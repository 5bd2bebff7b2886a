"""A slave feeds another time daemon: a real chronyd takes the group's time as its source.

chronyd runs with -x, so that it leaves the system clock alone, and with files of its own.
"""

import os
import random
import re
import shutil
import socket
import struct
import time
import unittest

from harness.daemons import GROUP_AHEAD, DaemonTest
from harness.programs import DEADLINE, ROOT, Program, run, wait_until

# Where scripts/setup unpacks it, if it is not installed.
UNPACKED = ROOT / "build" / "chrony"


def find(program):
    return shutil.which(program, path=f"{UNPACKED}/usr/sbin:{UNPACKED}/usr/bin:/usr/sbin:/usr/bin")


CHRONYD = find("chronyd")
CHRONYC = find("chronyc")
REFERENCE = "BRKL"


@unittest.skipUnless(CHRONYD and CHRONYC, "there is no chronyd: scripts/setup gets it")
class ChronyTest(DaemonTest):
    def start_chronyd(self, refclock):
        config = self.folder / "chrony.conf"
        self.control = self.folder / "control"
        config.write_text(
            f"refclock {refclock} refid {REFERENCE} poll 0\n"
            f"bindcmdaddress {self.control}\n"
            f"pidfile {self.folder / 'pid'}\n"
            "port 0\ncmdport 0\n"
        )
        command = [CHRONYD, "-x", "-d", "-f", config]
        command += ["-u", "root"] if os.geteuid() == 0 else ["-U"]
        chronyd = self.start(Program("chronyd", command))
        chronyd.wait_for("Disabled control of system clock")
        wait_until(self.control.exists, "chronyd's socket")
        return chronyd

    def chronyc(self, *command):
        return run(CHRONYC, "-h", self.control, "-n", "-c", *command).stdout

    def check_selected(self):
        """chronyd follows the group, and knows how far the system clock is from it."""
        wait_until(
            lambda: re.search(rf"^#,\*,{REFERENCE},", self.chronyc("sources"), re.MULTILINE),
            "the group's time is selected",
        )
        fields = self.chronyc("sources").splitlines()[0].split(",")
        self.assert_near(GROUP_AHEAD, abs(float(fields[8])), 0.001, "offset in chronyd")
        self.assertIn(REFERENCE, self.chronyc("tracking"))

    def test_is_selected_through_a_socket(self):
        before = time.time() - time.monotonic()
        path = self.folder / "sock"
        _, slave = self.start_ahead_group("--chrony-sock", path, interval="200ms")
        slave.wait_for('chronyd does not take the group\'s time .* start it with "refclock SOCK"')
        self.start_chronyd(f"SOCK {path}")
        slave.wait_for("takes the group's time again")
        self.check_selected()
        self.assert_near(before, time.time() - time.monotonic(), 1, "the system clock")

    def test_is_selected_through_shared_memory(self):
        unit = random.randint(100, 255)
        self.addCleanup(run, "ipcrm", "-M", hex(0x4E545030 + unit))
        self.start_ahead_group("--ntp-shm", unit, interval="200ms")
        self.start_chronyd(f"SHM {unit}")
        self.check_selected()


class SampleTest(DaemonTest):
    def test_a_sample_for_each_adjustment(self):
        """Without chronyd: what is sent is what its source has."""
        path = self.folder / "sock"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
            receiver.bind(str(path))
            receiver.settimeout(DEADLINE)
            self.start_ahead_group("--chrony-sock", path)
            for _ in range(2):
                sample = struct.Struct("@qqdiiii")
                message = receiver.recv(100)
                self.assertEqual(sample.size, len(message))
                seconds, microseconds, offset, pulse, leap, _, magic = sample.unpack(message)
                self.assertEqual((0, 0, 0x534F434B), (pulse, leap, magic))
                self.assert_near(time.time(), seconds + microseconds * 1e-6, 5, "system time")
                self.assert_near(GROUP_AHEAD, offset, 0.001, "offset")


if __name__ == "__main__":
    unittest.main()
