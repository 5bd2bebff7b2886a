"""What connections may cost: every limit keeps its promise, says so in the log, and costs the
slaves that are there nothing."""

import os
import re
import signal
import socket
import time
import unittest

from berkeley_e2e import DEADLINE, DaemonTest, Relay, wait_until
from keys_test import KeyFile
from peers_test import HELLO, MAGIC, VERSION, WARNING

REPORT = b"\x03"
HELLO_FRAME = MAGIC + VERSION + HELLO + bytes(5) + b"stranger".ljust(40, b"\0") + bytes(16)

# A client's first words, of a record as long as can be.
TLS_HELLO = bytes.fromhex("16 03 01 40 00 01 00 3f fc 03 03") + bytes(32)

SANITIZED = os.environ.get("BERKELEY_SLOWNESS", "1") != "1"


class Stranger:
    """A connection to the master, from any address of this machine."""

    def __init__(self, master, source="127.0.0.1", receive_buffer=None):
        self._socket = socket.socket()
        self._socket.settimeout(DEADLINE)
        if receive_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.bind((source, 0))
        self._socket.connect(("127.0.0.1", master.port))
        self.address = "%s:%d" % self._socket.getsockname()

    def send(self, data):
        self._socket.sendall(data)

    def is_closed(self, within):
        """Waits no longer than that for the master to close the connection."""
        end = time.monotonic() + within
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                if not self._socket.recv(4096):
                    return True
            except ConnectionError:
                return True
            except TimeoutError:
                break
        return False

    def leave(self):
        self._socket.close()


class GroupTest(DaemonTest):
    slave_options = ()

    def start_group(self, *options, **how):
        """A master, and the slaves "one" and "two" in its cycles."""
        master = self.start_master("--min-slaves", 2, *options, **how)
        for name in ("one", "two"):
            self.start_slave(name, master, *self.slave_options)
        master.cycle(1)
        self.strangers = []
        self.addCleanup(lambda: [stranger.leave() for stranger in self.strangers])
        return master

    def connect(self, master, **how):
        self.strangers.append(Stranger(master, **how))
        return self.strangers[-1]

    def check_refused(self, master, stranger, reason):
        """At once, with the reason."""
        self.assertTrue(stranger.is_closed(within=DEADLINE))
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
        self.check_refused(master, stranger, f"did not finish {what} within 1s")
        self.assertGreaterEqual(elapsed, 0.9)
        self.assertLess(elapsed, 5)

    def check_undisturbed(self, master):
        """That there is another cycle, and that all cycles were on time and had both slaves."""
        master.cycle(master.last_cycle() + 1)
        cycles = [cycle for _, cycle in sorted(master.cycles().items())]
        self.assert_on_time(cycles)
        for cycle in cycles:
            for name in ("one", "two"):
                self.assertNotEqual("late", cycle.clocks[name].verdict, f"{cycle.number}: {name}")


class LimitsTest(GroupTest):
    def test_a_slave_too_many_waits_for_its_turn(self):
        master = self.start_group("--max-slaves", 2)
        self.check_refused(master, self.connect(master), "--max-slaves")
        third = self.start_slave("three", master)
        third.wait_for("trying again", count=2)
        self.check_undisturbed(master)
        two = next(program for program in self.programs if program.name == "two")
        two.end()
        master.cycle_where(lambda cycle: "three" in cycle.clocks, "the third slave takes part")

    def test_whoever_connects_too_often_is_refused(self):
        master = self.start_group("--max-connects", 1)
        # Ten at once, of which the slaves have had two.
        for _ in range(15):
            self.connect(master)
        self.check_refused(master, self.strangers[-1], "--max-connects")
        other = self.connect(master, source="127.0.0.2")
        other.send(b"\x00")
        self.check_refused(master, other, "0x00")
        self.check_undisturbed(master)

    def test_one_address_has_so_many_connections_that_say_nothing(self):
        master = self.start_group("--max-pending-per-address", 3)
        for _ in range(3):
            self.connect(master)
        self.check_refused(master, self.connect(master), "--max-pending-per-address")
        other = self.connect(master, source="127.0.0.2")
        other.send(HELLO_FRAME)
        master.wait_for(re.escape(other.address) + r" \(stranger\) got connected")
        self.check_undisturbed(master)

    def test_all_addresses_have_so_many_connections_that_say_nothing(self):
        master = self.start_group("--max-pending", 3)
        for number in range(2, 5):
            self.connect(master, source=f"127.0.0.{number}")
        self.check_refused(master, self.connect(master, source="127.0.0.5"), "--max-pending)")
        for stranger in self.strangers[:3]:
            self.check_refused(master, stranger, "said nothing for 5s")
        self.start_slave("three", master).wait_for("connected to the master")
        self.check_undisturbed(master)

    def test_a_first_frame_has_to_be_complete_in_time(self):
        master = self.start_group("--patience", "1s")
        self.check_slow(master, HELLO_FRAME)
        self.check_undisturbed(master)

    def test_a_lab_time_has_to_be_complete_in_time(self):
        master = self.start_group("--patience", "1s")
        self.check_slow(master, b"2026-11-24 15:00:00.123456")
        self.check_undisturbed(master)

    def test_every_frame_has_to_be_complete_in_time(self):
        master = self.start_group("--patience", "1s")
        self.check_slow(master, MAGIC + VERSION + REPORT + bytes(61), before=HELLO_FRAME)
        self.check_undisturbed(master)

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
            cycle = master.last_cycle()
            master.cycle(cycle + 50)
        line = master.wait_for(re.escape(deaf.address) + r".*does not read").string
        self.assertRegex(line, WARNING)
        self.assertIn("--max-unread", line)
        last = master.cycle(master.last_cycle() + 1)
        self.assertTrue({"one", "two"} <= last.clocks.keys())


class KeyedLimitsTest(GroupTest):
    def setUp(self):
        super().setUp()
        keys = KeyFile(self.folder / "keys", "one", "two", "three")
        self.slave_options = ("--key-file", keys.path)

    def start_impatient_group(self):
        return self.start_group("--patience", "1s", *self.slave_options)

    def test_a_handshake_that_does_not_begin_has_so_much_time(self):
        master = self.start_impatient_group()
        self.check_refused(
            master, self.connect(master), "did not finish the TLS handshake within 1s"
        )
        self.check_undisturbed(master)

    def test_a_handshake_has_to_be_complete_in_time(self):
        master = self.start_impatient_group()
        self.check_slow(master, TLS_HELLO, what="the TLS handshake")
        self.check_undisturbed(master)

    def test_every_tls_record_has_to_be_complete_in_time(self):
        master = self.start_impatient_group()
        relay = Relay(master.port)
        self.addCleanup(relay.end)
        three = self.start_slave("three", relay.port, *self.slave_options)
        master.cycle_where(lambda cycle: "three" in cycle.clocks, "the third slave takes part")
        held_up = []

        def pass_on(data):
            held_up.append(data)
            return data[:10] if len(held_up) == 1 else b""

        relay.pass_on = pass_on
        line = master.wait_for("began a TLS record and did not finish it within 1s").string
        self.assertRegex(line, WARNING)
        relay.pass_on = None
        three.wait_for("trying again")
        master.cycle_where(
            lambda cycle: "three" in cycle.clocks, "it is back", after=master.last_cycle()
        )
        self.check_undisturbed(master)


class ExhaustionTest(GroupTest):
    def check_more_than_the_machine_has(self, master, reason):
        """Whatever runs out, new connections are refused, and are welcome when there is room."""
        def refused():
            self.connect(master).send(HELLO_FRAME)
            return master.matches(reason)

        line = master.wait_until(refused, reason)[0].string
        self.assertRegex(line, WARNING)
        self.assertIn("slaves that are connected go on", line)
        # Nobody is left to wait for what may never come.
        self.assertTrue(self.strangers[-1].is_closed(within=DEADLINE))
        self.check_undisturbed(master)
        self.check_idle(master)
        for stranger in self.strangers:
            stranger.leave()
        self.start_slave("three", master)
        master.cycle_where(lambda cycle: "three" in cycle.clocks, "a new slave takes part")

    def check_idle(self, master):
        """That the master does not spin while it can accept nobody."""
        def cpu():
            with open(f"/proc/{master.pid}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

        before, begun = cpu(), time.monotonic()
        master.cycle(master.last_cycle() + 2)
        self.assertLess(cpu() - before, (time.monotonic() - begun) / 2)

    def test_descriptors(self):
        master = self.start_group(launcher=("prlimit", "--nofile=24:24"))
        self.check_more_than_the_machine_has(master, r"refused [1-9]\d* connections: .*open files")

    @unittest.skipIf(SANITIZED, "sanitizers need more address space than any limit leaves")
    def test_threads(self):
        # Each thread wants 8 MiB of address space for its stack.
        master = self.start_group(
            launcher=("prlimit", f"--as={160 << 20}", f"--stack={8 << 20}"),
            env={"MALLOC_ARENA_MAX": "1"},
        )
        self.check_more_than_the_machine_has(master, "no thread for it")


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
        master.wait_for("sync cycles go on")

    def await_stuck(self, master):
        """Until the main thread wants to write to the log as well."""
        def call():
            with open(f"/proc/{master.pid}/task/{master.pid}/syscall") as file:
                return file.read().split()[0]

        waiting = wait_until(lambda: call() != "running" and call(), "the main thread to wait")
        wait_until(lambda: call() not in ("running", waiting), "the main thread to write")


if __name__ == "__main__":
    unittest.main()
