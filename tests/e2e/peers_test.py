"""Slaves that come, go, stop or misbehave disturb nobody else."""

import re
import signal
import socket
import time
import unittest

from berkeley_e2e import DEADLINE, DaemonTest

MAGIC = b"\xbe"
VERSION = b"\x01"
HELLO = b"\x01"

WARNING = r"\bwarn(ing)?\b"


class Stranger:
    """A connection to the master that sends what it likes."""

    def __init__(self, master):
        self._socket = socket.create_connection(("127.0.0.1", master.port), timeout=DEADLINE)
        self.address = "127.0.0.1:%d" % self._socket.getsockname()[1]

    def send(self, data):
        self._socket.sendall(data)

    def wait_for_close(self):
        try:
            while self._socket.recv(4096):
                pass
        except ConnectionResetError:
            pass  # It was closed before everything that was sent had been read.
        self.leave()

    def leave(self):
        self._socket.close()


class BadPeersTest(DaemonTest):
    # What a peer sends, and what the reason in the log has to mention.
    BAD = {
        "garbage": (b"\x00\x01\x02\x03 garbage", "0x00"),
        "an HTTP request": (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP"),
        "a TLS hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "TLS"),
        "a lab time that cannot be": (b"2026-13-45 00:00:00.000000", "2026-13-45"),
        "a lab time that is none": (b"20 bottles of beer on the wall", "20 bottles"),
        "another version": (MAGIC + b"\x63" + HELLO + bytes(61), "version 99"),
        "an unknown frame": (MAGIC + VERSION + b"\xee" + bytes(61), "238"),
        "a hello without a name": (MAGIC + VERSION + HELLO + bytes(61), "name"),
        "half a frame, then silence": (MAGIC + VERSION + HELLO + bytes(20), "did not finish"),
        "half a lab time, then silence": (b"2026-11-2", "did not finish"),
    }

    def test_each_costs_one_line_and_its_own_connection(self):
        # The log lets through ten lines at once about one host, which all these come from.
        master = self.start_master("--min-slaves", 2)
        self.start_slave("one", master)
        self.start_slave("two", master)
        master.cycle(1)
        strangers = {}
        for what, (data, _) in self.BAD.items():
            strangers[what] = Stranger(master)
            strangers[what].send(data)
        for what, stranger in strangers.items():
            with self.subTest(what):
                stranger.wait_for_close()
                line = master.wait_for(re.escape(stranger.address) + r"\b").string
                self.assertRegex(line, WARNING)
                self.assertIn(self.BAD[what][1], line)
                self.assertEqual(1, len(master.matches(re.escape(stranger.address) + r"\b")), line)
        self.check_undisturbed(master, {"one", "two"})

    def check_undisturbed(self, master, slaves):
        """That there is another cycle, and that all cycles were on time and had these slaves."""
        master.cycle(master.last_cycle() + 1)
        cycles = [cycle for _, cycle in sorted(master.cycles().items())]
        self.assert_on_time(cycles)
        for cycle in cycles:
            for name in slaves:
                self.assertNotEqual("late", cycle.clocks[name].verdict, f"{cycle.number}: {name}")

    def test_a_silent_peer_is_sent_away(self):
        master = self.start_master()
        stranger = Stranger(master)
        stranger.wait_for_close()
        self.assertRegex(master.wait_for(re.escape(stranger.address)).string, WARNING)

    def test_a_flood_does_not_fill_the_log(self):
        master = self.start_master("--min-slaves", 1)
        self.start_slave("one", master)
        master.cycle(1)
        flood = 300
        begun = time.monotonic()
        for _ in range(flood):
            stranger = Stranger(master)
            stranger.send(b"\x00")
            stranger.wait_for_close()
        elapsed = time.monotonic() - begun
        lines = master.matches("0x00")
        self.assertGreaterEqual(len(lines), 1)
        self.assertLessEqual(len(lines), 12 + elapsed)

        # Later it says how many lines it has left out.
        def stranger_makes_it_say():
            stranger = Stranger(master)
            stranger.send(b"\x00")
            stranger.wait_for_close()
            return master.matches(r"(\d+) lines .*left out")

        said = master.wait_until(stranger_makes_it_say, "how many lines were left out")
        self.assertGreater(int(said[0][1]), 0)
        self.check_undisturbed(master, {"one"})


class ComingAndGoingTest(DaemonTest):
    def test_a_stopped_slave_delays_nobody_and_comes_back(self):
        master = self.start_master("--min-slaves", 3)
        slaves = [self.start_slave(name, master) for name in ("one", "two", "sleepy")]
        sleepy = slaves[2]
        master.cycle(2)
        sleepy.signal(signal.SIGSTOP)
        stopped = master.last_cycle() + 1
        master.cycle(stopped + 4)

        cycles = master.cycles()
        for number in range(stopped + 1, stopped + 5):
            clocks = cycles[number].clocks
            self.assertEqual("late", clocks["sleepy"].verdict)
            self.assertNotEqual("late", clocks["one"].verdict)
            self.assertNotEqual("late", clocks["two"].verdict)

        sleepy.signal(signal.SIGCONT)
        master.cycle_where(
            lambda cycle: cycle.clocks["sleepy"].verdict == "counted",
            "the slave counts again",
            after=master.last_cycle(),
        )
        self.assert_on_time([cycle for _, cycle in sorted(master.cycles().items())])
        self.assertEqual([], master.matches("longer than the interval"))
        self.assertEqual([], master.matches("sleepy.*has left"))

    def test_a_killed_slave_is_gone_from_the_next_average(self):
        master = self.start_master("--min-slaves", 2)
        slaves = {name: self.start_slave(name, master) for name in ("one", "two", "three")}
        master.cycle_where(lambda cycle: len(cycle.clocks) == 4, "all take part")
        slaves["two"].kill()
        last = master.last_cycle()
        # The cycle that was under way may still have had it.
        next_one = master.cycle(last + 2)
        self.assertNotIn("two", next_one.clocks)
        self.assertEqual(2, next_one.slaves)
        self.assertNotEqual("late", next_one.clocks["one"].verdict)
        self.assertNotEqual("late", next_one.clocks["three"].verdict)

    def test_slaves_that_come_later_take_part(self):
        master = self.start_master("--min-slaves", 1)
        self.start_slave("early", master)
        master.cycle(1)
        self.start_slave("later", master, "--simulate-offset=1min")
        master.cycle_where(lambda cycle: "later" in cycle.clocks, "both take part")

    def test_a_master_started_again_finds_its_slaves_within_seconds(self):
        first = self.start_master("--min-slaves", 2)
        slaves = [self.start_slave(name, first) for name in ("one", "two")]
        first.cycle(2)
        first.kill()
        for slave in slaves:
            slave.wait_for("trying again")
        second = self.start_master("--min-slaves", 2, port=first.port)
        cycle = second.cycle(1, deadline=15)
        self.assertTrue({"one", "two"} <= cycle.clocks.keys())


if __name__ == "__main__":
    unittest.main()
