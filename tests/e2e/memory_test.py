"""A daemon that is started again goes on with the clock of its page, and a machine that stood still is
found out."""

import json
import signal
import struct
import threading
import time
import unittest

from harness.daemons import DaemonTest
from harness.pages import Page, raw_now
from harness.programs import BIN, SECOND, WARNING, Master, Slave, free_port, output, wait_until
from harness.web import get, get_json, wait_for_status

GOES_ON = r"continues the group's time from {}: right within .*, .* old"
DISBELIEF = "its clock is not believed until it is measured again"
# Of a clock that is moved by no more than its slew, against the raw clock, in ns.
JUMP = 50_000_000

# As docs/page.md has them.
VERSION, SEQUENCE, FREQUENCY = 1, 2, 9
ONLY_IN_VERSION_3 = (22, 23, 28, 29, 30)


def words_of(path):
    data = path.read_bytes()
    return list(struct.unpack(f"={len(data) // 8}Q", data))


def leave(path, words):
    """As nobody but a test does, and no daemon has the file."""
    path.write_bytes(struct.pack(f"={len(words)}Q", *words))


def bits(number):
    (word,) = struct.unpack("=Q", struct.pack("=d", number))
    return word


def ctl(command, page):
    return json.loads(output(BIN / "berkeleyctl", command, "--json", "--page", page))


class Reader:
    """Reads a page every few milliseconds, as it has mapped it and as who opens it anew, and notes
    when group time jumps or is not told."""

    def __init__(self, path):
        self.wrong = []
        self.readings = 0
        self._path = path
        self._mapped = Page(path)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def await_readings(self):
        wanted = self.readings + 50
        wait_until(lambda: self.readings >= wanted, "readings of the page")

    def end(self):
        self._ending.set()
        self._thread.join()

    def _run(self):
        before = None
        while not self._ending.wait(0.003):
            for kind, page in (("mapped", self._mapped), ("opened", Page(self._path))):
                raw = raw_now()
                reading = page.at(raw)
                ahead = reading.time - raw
                if not reading.synchronized:
                    self.wrong.append(f"{kind}: never adjusted")
                elif before is not None and abs(ahead - before) > JUMP:
                    self.wrong.append(f"{kind}: group time jumps by {ahead - before} ns")
                before = ahead
            self.readings += 1


class MemoryTest(DaemonTest):
    def start_again(self, daemon, *options, env=None):
        """The same daemon, which has ended."""
        command = [*daemon.command, *options]
        if isinstance(daemon, Slave):
            return self.start(Slave(daemon.name, command, daemon.page_path, env))
        master = self.start(Master(command, daemon.port, daemon.page_path, env))
        master.wait_for("clock server started")
        return master

    def assert_goes_on(self, daemon):
        daemon.wait_for(GOES_ON.format(daemon.page_path))

    def assert_begins_anew(self, daemon, why, level=WARNING):
        line = daemon.wait_for(rf"the time in {daemon.page_path} is not used: .*{why}").string
        self.assertRegex(line, level)
        self.assertEqual([], daemon.matches("continues the group's time"))

    def start_settled_group(self):
        """That goes 12.5 min ahead of what the host clocks say."""
        master, slave = self.start_ahead_group()
        self.pages_after(master.last_cycle() + 3, master, slave)
        return master, slave

    def leave_page_of_lonely_slave(self):
        """A slave that has ended, and whose master has too."""
        master, slave = self.start_settled_group()
        master.end()
        slave.end()
        return slave


class RestartTest(MemoryTest):
    def check_slave(self, end):
        master, slave = self.start_settled_group()
        reader = Reader(slave.page_path)
        self.addCleanup(reader.end)
        # Nobody tells it anything.
        master.signal(signal.SIGSTOP)
        end(slave)
        reader.await_readings()
        again = self.start_again(slave)
        self.assert_goes_on(again)
        reader.await_readings()
        self.assertIn(ctl("now", slave.page_path)["status"], ("synchronized", "holdover"))

        master.signal(signal.SIGCONT)
        line = again.wait_for("Synchronized time").string
        self.assertIn("slewed by", line, "it is set once only, and not in this run")
        reader.await_readings()
        reader.end()
        self.assertEqual([], reader.wrong[:10])

    def test_a_slave_that_is_ended_and_started_again(self):
        self.check_slave(lambda slave: self.assertEqual(0, slave.end()))

    def test_a_slave_that_is_killed_and_started_again(self):
        self.check_slave(lambda slave: slave.kill())

    def check_master(self, end):
        master, slave = self.start_settled_group()
        readers = [Reader(daemon.page_path) for daemon in (master, slave)]
        for reader in readers:
            self.addCleanup(reader.end)
        end(master)
        again = self.start_again(master)
        self.assert_goes_on(again)
        again.cycle_with("fast")
        self.pages_after(again.last_cycle() + 2, again, slave)
        for reader in readers:
            reader.await_readings()
            reader.end()
            self.assertEqual([], reader.wrong[:10])

    def test_a_master_that_is_ended_and_started_again(self):
        self.check_master(lambda master: self.assertEqual(0, master.end()))

    def test_a_master_that_is_killed_and_started_again(self):
        self.check_master(lambda master: master.kill())

    def test_an_honest_look_at_a_clock_that_goes_on(self):
        http = free_port()
        slave = self.leave_page_of_lonely_slave()
        again = self.start_again(slave, "--http", f"127.0.0.1:{http}")
        again.wait_for("trying again")
        status = get_json(http, "/status.json")
        self.assertTrue(status["synchronized"])
        self.assertGreater(status["cycle"], 1)
        self.assertGreater(status["bound_ns"], 0)
        self.assertEqual(ctl("status", slave.page_path)["cycle"], status["cycle"])


class ForgetTest(MemoryTest):
    def check_forgotten(self, why, change, level=WARNING, options=()):
        slave = self.leave_page_of_lonely_slave()
        words = words_of(slave.page_path)
        change(words)
        leave(slave.page_path, words)
        again = self.start_again(slave, *options)
        self.assert_begins_anew(again, why, level)
        again.wait_for("trying again")
        self.assertIn("never adjusted", ctl("now", slave.page_path)["reason"])

    def test_a_page_that_is_damaged(self):
        def change(words):
            words[FREQUENCY] = bits(float("nan"))

        self.check_forgotten("frequency in it exceeds 10 %", change)

    def test_a_page_that_was_being_written(self):
        def change(words):
            words[SEQUENCE] += 1

        self.check_forgotten("incomplete", change)

    def test_the_page_of_another_simulated_clock(self):
        self.check_forgotten(
            r"a different clock, with a drift of 0\.000 ppm",
            lambda words: None,
            level="info",
            options=("--simulate-drift=40ppm",),
        )

    def test_a_page_of_the_version_before_is_taken_up(self):
        slave = self.leave_page_of_lonely_slave()
        before = ctl("now", slave.page_path)["time_ns"] - time.time_ns()
        words = words_of(slave.page_path)
        words[VERSION] = 2
        leave(slave.page_path, [w for i, w in enumerate(words) if i not in ONLY_IN_VERSION_3])
        again = self.start_again(slave)
        self.assert_goes_on(again)
        again.wait_for("trying again")
        after = ctl("now", slave.page_path)
        self.assertIn(after["status"], ("synchronized", "holdover"))
        self.assert_near(before / SECOND, (after["time_ns"] - time.time_ns()) / SECOND, 0.1, "time")


class PauseTest(MemoryTest):
    def setUp(self):
        super().setUp()
        # In the place of the device of a virtual machine.
        self.device = self.folder / "vmclock"
        self.device.write_bytes(struct.pack("<IIHBBIQ", 0x4B4C4356, 4096, 1, 255, 0, 0, 7) + bytes(4072))
        self.env = {"BERKELEY_VMCLOCK": str(self.device)}

    def stop_machine(self):
        """As its host tells it."""
        with open(self.device, "r+b") as file:
            file.seek(16)
            (marker,) = struct.unpack("<Q", file.read(8))
            file.seek(16)
            file.write(struct.pack("<Q", marker + 1))

    def reason(self, page):
        told = json.loads(
            output(BIN / "berkeleyctl", "now", "--json", "--page", page, env=self.env)
        )
        return told["reason"]

    def test_a_stopped_slave_says_so_until_it_was_measured(self):
        http = free_port()
        master = self.start_master("--min-slaves", 1)
        slave = self.start_slave(
            "stopped", master, "--http", f"127.0.0.1:{http}", env=self.env
        )
        slave.wait_for("Synchronized time")
        master.signal(signal.SIGSTOP)
        self.stop_machine()
        self.assertIn("stopped by its host", self.reason(slave.page_path), "at once")
        line = slave.wait_for(f"this machine was stopped by its host: {DISBELIEF}").string
        self.assertRegex(line, WARNING)
        status, _, body = get(http, "/healthz")
        self.assertEqual((503, f"this machine was stopped by its host: {DISBELIEF}\n"), (status, body))
        # It is counted after the log was told.
        counted = 'berkeley_pauses_total{kind="stopped"} 1'
        wait_until(lambda: counted in get(http, "/metrics")[2], "the pause is counted")
        self.assertEqual("stopped", get_json(http, "/status.json")["suspect"])

        master.signal(signal.SIGCONT)
        wait_for_status(http, lambda status: status["synchronized"], "it was measured again")
        wait_until(lambda: self.reason(slave.page_path) is None, "the page says so too")
        self.assertEqual(1, len(slave.matches(DISBELIEF)))

    def test_a_slave_that_was_away_when_its_machine_was_stopped(self):
        master = self.start_master("--min-slaves", 1)
        slave = self.start_slave("stopped", master, env=self.env)
        slave.wait_for("Synchronized time")
        slave.end()
        master.end()
        self.stop_machine()
        again = self.start_again(slave, env=self.env)
        self.assert_goes_on(again)
        again.wait_for(f"this machine was stopped by its host: {DISBELIEF}")
        # Also for who does not look at the device.
        self.assertIn("stopped by its host", ctl("now", slave.page_path)["reason"])


if __name__ == "__main__":
    unittest.main()
