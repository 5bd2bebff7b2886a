"""Slaves that come, go, stop or misbehave disturb nobody else."""

import re
import signal
import socket
import struct
import time
import unittest

from harness.daemons import DaemonTest
from harness.peers import ADJUSTMENT, HELLO, MEMBERSHIP, POLL, WELCOME, Peer, frame_of, hello_of
from harness.programs import DEADLINE, SECOND, WARNING, free_port


class BadPeersTest(DaemonTest):
    interval = 1

    # What a peer sends, and what the reason in the log has to mention.
    BAD = {
        "garbage": (b"\x00\x01\x02\x03 garbage", "0x00"),
        "an HTTP request": (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "HTTP"),
        "a TLS hello": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "TLS"),
        "a lab time that cannot be": (b"2026-13-45 00:00:00.000000", "2026-13-45"),
        "a lab time that is none": (b"20 bottles of beer on the wall", "20 bottles"),
        "another version": (b"\xbe\x63" + frame_of(HELLO)[2:], "version 99"),
        "an unknown frame": (frame_of(238), "238"),
        "a hello without a name": (hello_of(b""), "name"),
        "half a frame, then silence": (frame_of(HELLO)[:23], "did not finish it within 2s"),
        "half a lab time, then silence": (b"2026-11-2", "did not finish it within 2s"),
    }

    def test_each_costs_one_line_and_its_own_connection(self):
        # The log lets through ten lines at once about one host, which all these come from.
        master = self.start_master("--min-slaves", 2, "--patience", "2s")
        self.start_slave("one", master)
        self.start_slave("two", master)
        master.cycle(1)
        strangers = {}
        for what, (data, _) in self.BAD.items():
            strangers[what] = self.connect(master)
            strangers[what].send(data)
        for what, stranger in strangers.items():
            with self.subTest(what):
                self.assertTrue(stranger.is_closed())
                line = master.wait_for(re.escape(stranger.address) + r"\b").string
                self.assertRegex(line, WARNING)
                self.assertIn(self.BAD[what][1], line)
                self.assertEqual(1, len(master.matches(re.escape(stranger.address) + r"\b")), line)
        self.check_undisturbed(master, "one", "two")

    def send_garbage(self, master):
        stranger = self.connect(master)
        stranger.send(b"\x00")
        self.assertTrue(stranger.is_closed())
        stranger.leave()

    def test_a_flood_does_not_fill_the_log(self):
        master = self.start_master("--min-slaves", 1)
        self.start_slave("one", master)
        master.cycle(1)
        flood = 300
        begun = time.monotonic()
        for _ in range(flood):
            self.send_garbage(master)
        elapsed = time.monotonic() - begun
        lines = master.matches("0x00")
        self.assertGreaterEqual(len(lines), 1)
        self.assertLessEqual(len(lines), 12 + elapsed)

        # Later it says how many lines it has left out.
        def stranger_makes_it_say():
            self.send_garbage(master)
            return master.matches(r"(\d+) lines .*left out")

        said = master.wait_until(stranger_makes_it_say, "how many lines were left out")
        self.assertGreater(int(said[0][1]), 0)
        self.check_undisturbed(master, "one")


class ComingAndGoingTest(DaemonTest):
    interval = 1

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
            self.assertEqual("late", clocks["sleepy"].standing)
            self.assertNotEqual("late", clocks["one"].standing)
            self.assertNotEqual("late", clocks["two"].standing)

        sleepy.signal(signal.SIGCONT)
        master.cycle_where(
            lambda cycle: cycle.clocks["sleepy"].standing == "counted",
            "the slave counts again",
            after=master.last_cycle(),
        )
        self.assert_on_time([cycle for _, cycle in sorted(master.cycles().items())])
        self.assertEqual([], master.matches("longer than the interval"))
        self.assertEqual([], master.matches("sleepy.*has left"))

    def test_a_killed_slave_is_gone_from_the_next_average(self):
        master = self.start_master("--min-slaves", 2)
        slaves = {name: self.start_slave(name, master) for name in ("one", "two", "three")}
        master.cycle_with(*slaves)
        slaves["two"].kill()
        # The cycle that was under way may still have had it.
        next_one = master.next_cycle(2)
        self.assertNotIn("two", next_one.clocks)
        self.assertEqual(2, next_one.slaves)
        self.assertNotEqual("late", next_one.clocks["one"].standing)
        self.assertNotEqual("late", next_one.clocks["three"].standing)

    def test_slaves_that_come_later_take_part(self):
        master = self.start_master("--min-slaves", 1)
        self.start_slave("early", master)
        master.cycle(1)
        self.start_slave("later", master, "--simulate-offset=1min")
        master.cycle_with("early", "later")

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


class StrangeMasterTest(DaemonTest):
    def lead_once(self, slave, deviation):
        """As its first master: that its clock is right, give or take so many nanoseconds."""
        self.assertEqual(HELLO, slave.frame()[2])
        welcome = struct.pack("!5xq", round(self.interval * SECOND))
        slave.socket.sendall(frame_of(WELCOME, welcome) + frame_of(POLL))
        sent = slave.frame()[16:24]
        membership = struct.pack("!xIQ", 1, 1)
        adjustment = struct.pack("!5x8s6q", sent, 0, 0, 0, 0, deviation, 0)
        slave.socket.sendall(frame_of(MEMBERSHIP, membership) + frame_of(ADJUSTMENT, adjustment))

    def test_a_slave_of_whose_clock_nothing_is_known_follows_the_next_master(self):
        port, largest = free_port(), 2**62 - 1
        with socket.create_server(("127.0.0.1", port)) as listener:
            listener.settimeout(DEADLINE)
            slave = self.start_slave("one", port)
            with listener.accept()[0] as connection:
                self.lead_once(Peer(connection), largest)
                slave.wait_for("Synchronized time")
        master = self.start_master("--min-slaves", 1, port=port)
        slave.wait_for("Synchronized time", count=2)
        master.cycle_where(
            lambda cycle: "one" in cycle.clocks and cycle.clocks["one"].standing == "counted",
            "the slave counts",
        )


if __name__ == "__main__":
    unittest.main()
