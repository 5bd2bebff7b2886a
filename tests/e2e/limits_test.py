"""What connections may cost: every limit keeps its promise, says so in the log, and costs the
slaves that are there nothing."""

import os
import re
import signal
import time
import unittest

from harness.daemons import DaemonTest
from harness.peers import REPORT, KeyFile, Relay, frame_of, hello_of
from harness.programs import DEADLINE, SLOWNESS, WARNING, wait_until

# A client's first words, of a record as long as can be.
TLS_HELLO = bytes.fromhex("16 03 01 40 00 01 00 3f fc 03 03") + bytes(32)


class Group(DaemonTest):
    interval = 1
    slave_options = ()

    def start_group(self, *options, **how):
        """A master, and the slaves "one" and "two" in its cycles."""
        master = self.start_master("--min-slaves", 2, *options, **how)
        self.slaves = {
            name: self.start_slave(name, master, *self.slave_options) for name in ("one", "two")
        }
        master.cycle(1)
        return master

    def check_sent_away(self, master, stranger, reason):
        """At once, with the reason."""
        self.assertTrue(stranger.is_closed())
        pattern = rf"{re.escape(stranger.address)}\b.*{re.escape(reason)}"
        self.assertRegex(master.wait_for(pattern).string, WARNING)

    def check_slow(self, master, words, before=b"", what="it"):
        """That a byte now and then does not keep the connection."""
        stranger = self.connect(master)
        stranger.send(before)
        begun = time.monotonic()
        for byte in words:
            stranger.send(bytes([byte]))
            if stranger.is_closed(within=0.2):
                break
        elapsed = time.monotonic() - begun
        self.check_sent_away(master, stranger, f"did not finish {what} within 1s")
        self.assertGreaterEqual(elapsed, 0.9)
        self.assertLess(elapsed, 5)


class LimitsTest(Group):
    def test_a_slave_too_many_waits_for_its_turn(self):
        master = self.start_group("--max-slaves", 2)
        self.check_sent_away(master, self.connect(master), "--max-slaves")
        third = self.start_slave("three", master)
        third.wait_for("trying again", count=2)
        self.check_undisturbed(master, "one", "two")
        self.slaves["two"].end()
        master.cycle_with("three")

    def test_whoever_connects_too_often_is_refused(self):
        master = self.start_group("--max-connects", 1)
        # Ten at once, of which the slaves have had two.
        strangers = [self.connect(master) for _ in range(15)]
        self.check_sent_away(master, strangers[-1], "--max-connects")
        other = self.connect(master, source="127.0.0.2")
        other.send(b"\x00")
        self.check_sent_away(master, other, "0x00")
        self.check_undisturbed(master, "one", "two")

    def test_one_address_has_so_many_connections_that_say_nothing(self):
        master = self.start_group("--max-pending-per-address", 3)
        for _ in range(3):
            self.connect(master)
        self.check_sent_away(master, self.connect(master), "--max-pending-per-address")
        other = self.connect(master, source="127.0.0.2")
        other.send(hello_of(b"stranger"))
        master.wait_for(re.escape(other.address) + r" \(stranger\) got connected")
        self.check_undisturbed(master, "one", "two")

    def test_all_addresses_have_so_many_connections_that_say_nothing(self):
        master = self.start_group("--max-pending", 3, "--patience", "2s")
        strangers = [self.connect(master, source=f"127.0.0.{number}") for number in range(2, 5)]
        self.check_sent_away(master, self.connect(master, source="127.0.0.5"), "--max-pending)")
        for stranger in strangers:
            self.check_sent_away(master, stranger, "said nothing for 2s")
        self.start_slave("three", master).wait_for("connected to the master")
        self.check_undisturbed(master, "one", "two")

    def test_a_first_frame_has_to_be_complete_in_time(self):
        master = self.start_group("--patience", "1s")
        self.check_slow(master, hello_of(b"stranger"))
        self.check_undisturbed(master, "one", "two")

    def test_a_lab_time_has_to_be_complete_in_time(self):
        master = self.start_group("--patience", "1s")
        self.check_slow(master, b"2026-11-24 15:00:00.123456")
        self.check_undisturbed(master, "one", "two")

    def test_every_frame_has_to_be_complete_in_time(self):
        master = self.start_group("--patience", "1s")
        self.check_slow(master, frame_of(REPORT), before=hello_of(b"stranger"))
        self.check_undisturbed(master, "one", "two")

    def test_a_peer_that_does_not_read_is_disconnected(self):
        master = self.start_group("--max-unread", "4KiB", interval="20ms")
        # A lab slave is told the time in every cycle, whether it listens or not.
        deaf = self.connect(master, receive_buffer=1)
        for _ in range(DEADLINE):
            try:
                deaf.send(time.strftime("%Y-%m-%d %H:%M:%S.000000").encode())
            except ConnectionError:
                break
            if master.matches("does not read"):
                break
            master.next_cycle(50)
        line = master.wait_for(re.escape(deaf.address) + r".*does not read").string
        self.assertRegex(line, WARNING)
        self.assertIn("--max-unread", line)
        self.assertLessEqual({"one", "two"}, master.next_cycle().clocks.keys())


class KeyedLimitsTest(Group):
    def setUp(self):
        super().setUp()
        keys = KeyFile(self.folder / "keys", "one", "two", "three")
        self.slave_options = ("--key-file", keys.path)

    def start_impatient_group(self):
        return self.start_group("--patience", "1s", *self.slave_options)

    def test_a_handshake_that_does_not_begin_has_so_much_time(self):
        master = self.start_impatient_group()
        begun = time.monotonic()
        self.check_sent_away(
            master, self.connect(master), "did not finish the TLS handshake within 1s"
        )
        self.assertGreaterEqual(time.monotonic() - begun, 0.9)
        self.check_undisturbed(master, "one", "two")

    def test_a_handshake_has_to_be_complete_in_time(self):
        master = self.start_impatient_group()
        self.check_slow(master, TLS_HELLO, what="the TLS handshake")
        self.check_undisturbed(master, "one", "two")

    def test_every_tls_record_has_to_be_complete_in_time(self):
        master = self.start_impatient_group()
        relay = Relay(master.port)
        self.addCleanup(relay.end)
        three = self.start_slave("three", relay.port, *self.slave_options)
        master.cycle_with("three")
        held_up = []

        def pass_on(data):
            held_up.append(data)
            return data[:10] if len(held_up) == 1 else b""

        relay.pass_on = pass_on
        line = master.wait_for("began a TLS record and did not finish it within 1s").string
        self.assertRegex(line, WARNING)
        relay.pass_on = None
        three.wait_for("trying again")
        master.cycle_with("three", after=master.last_cycle())
        self.check_undisturbed(master, "one", "two")


class ExhaustionTest(Group):
    def check_more_than_the_machine_has(self, master, reason):
        """Whatever runs out, new connections are refused, and are welcome when there is room."""
        strangers = []

        def refused():
            strangers.append(self.connect(master))
            strangers[-1].send(hello_of(b"stranger"))
            return master.matches(reason)

        line = master.wait_until(refused, reason)[0].string
        self.assertRegex(line, WARNING)
        self.assertIn("connected slaves are not affected", line)
        # Nobody is left to wait for what may never come.
        self.assertTrue(strangers[-1].is_closed())
        self.check_undisturbed(master, "one", "two")
        self.check_idle(master)
        for stranger in strangers:
            stranger.leave()
        self.start_slave("three", master)
        master.cycle_with("three")

    def check_idle(self, master):
        """That the master does not spin while it can accept nobody."""
        def cpu():
            with open(f"/proc/{master.pid}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

        before, begun = cpu(), time.monotonic()
        master.next_cycle(2)
        self.assertLess(cpu() - before, (time.monotonic() - begun) / 2)

    def test_descriptors(self):
        master = self.start_group(launcher=("prlimit", "--nofile=24:24"))
        self.check_more_than_the_machine_has(master, r"refused [1-9]\d* connections: .*open files")

    @unittest.skipIf(SLOWNESS > 1, "sanitizers need more address space than any limit leaves")
    def test_threads(self):
        # Each thread wants 8 MiB of address space for its stack.
        master = self.start_group(
            launcher=("prlimit", f"--as={160 << 20}", f"--stack={8 << 20}"),
            env={"MALLOC_ARENA_MAX": "1"},
        )
        self.check_more_than_the_machine_has(master, "cannot start a thread for it")


class WatchdogTest(DaemonTest):
    def test_a_slave_says_when_it_is_in_holdover_and_when_that_is_over(self):
        master = self.start_master("--min-slaves", 1)
        slave = self.start_slave("one", master)
        slave.wait_for("Synchronized time")
        master.signal(signal.SIGSTOP)
        line = slave.wait_for("holdover: no adjustment").string
        self.assertRegex(line, WARNING)
        self.assertRegex(line, r"right within \d")
        master.signal(signal.SIGCONT)
        slave.wait_for("holdover is over")

    def test_a_master_says_when_its_cycles_stand_still_and_when_they_go_on(self):
        # Whoever does not read the log holds up all that write to it.
        master = self.start_master("--min-slaves", 1, "--log-format", "json", interval="10ms")
        self.start_slave("one", master)
        master.wait_for("average")
        with master.unread():
            self.await_stuck(master)
        self.assertRegex(master.wait_for("no sync cycle has ended").string, WARNING)
        master.wait_for("sync cycles have resumed")

    def await_stuck(self, master):
        """Until the main thread wants to write to the log as well."""
        def call():
            with open(f"/proc/{master.pid}/task/{master.pid}/syscall") as file:
                return file.read().split()[0]

        waiting = wait_until(lambda: call() != "running" and call(), "the main thread to wait")
        wait_until(lambda: call() not in ("running", waiting), "the main thread to write")


if __name__ == "__main__":
    unittest.main()
