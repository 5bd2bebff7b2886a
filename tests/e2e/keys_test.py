"""Who can take part where slaves have keys, and where they have none."""

import signal
import unittest

from harness.daemons import DaemonTest
from harness.pages import raw_now
from harness.peers import KeyFile
from harness.programs import WARNING

WRONG_KEY = "the peer's key is unknown or wrong"


class KeysTest(DaemonTest):
    def setUp(self):
        super().setUp()
        self.keys = KeyFile(self.folder / "keys", "one", "two", "three")

    def start_master_with_keys(self, *options):
        return self.start_master("--key-file", self.keys.path, *options)

    def start_slave_with_keys(self, name, master, *options, keys=None):
        return self.start_slave(name, master, "--key-file", (keys or self.keys).path, *options)

    def test_a_group_with_keys_is_as_good_as_any(self):
        # Nobody is late in the first cycle, which waits for a quarter of it.
        self.interval = 2
        master = self.start_master_with_keys("--min-slaves", 2, "--log-level", "debug")
        one = self.start_slave_with_keys("one", master, "--simulate-offset=25min")
        two = self.start_slave_with_keys("two", master, "--simulate-offset=-10min")
        first = master.cycle(1)
        self.assert_near(300, first.clocks["master"].change, 0.1, "the average")
        pages = self.pages_after(3, master, one, two)
        now = raw_now()
        readings = [page.at(now) for page in pages]
        for reading in readings[1:]:
            error = abs(reading.time - readings[0].time)
            self.assertLessEqual(error, reading.bound + readings[0].bound)
        # Encrypted or not, the kernel sees every frame come and go.
        master.wait_for(r"\(one\): kernel receive and transmit timestamps")
        one.wait_for("the master at .* has kernel receive and transmit timestamps")

    def test_lab_text_is_spoken_with_keys_too(self):
        master = self.start_master_with_keys("--min-slaves", 1)
        slave = self.start_slave_with_keys("one", master, "--lab")
        slave.wait_for("told by a lab master")

    def test_a_wrong_key_is_told_on_both_sides_and_costs_its_own_connection(self):
        master = self.start_master_with_keys("--min-slaves", 1)
        good = self.start_slave_with_keys("one", master)
        master.cycle(1)
        others = KeyFile(self.folder / "others", "two", "four")
        for name in ("two", "four"):  # with another key; with a name that is unknown
            with self.subTest(name):
                slave = self.start_slave_with_keys(name, master, keys=others)
                slave.wait_for(f"the master at .*: {WRONG_KEY}; trying again")
                line = master.wait_for(f'{WRONG_KEY} .it calls itself "{name}".; connection closed')
                self.assertRegex(line.string, WARNING)
                self.assertEqual([], slave.matches("Synchronized|connected to"))
        cycle = master.next_cycle()
        self.assertEqual({"master", "one"}, cycle.clocks.keys())
        self.assertEqual([], good.matches("trying again"))

    def test_a_slave_without_a_key_is_told_what_is_missing(self):
        master = self.start_master_with_keys()
        slave = self.start_slave("one", master)
        slave.wait_for("--key-file.*; trying again")
        master.wait_for("speaks without keys; this master requires them; connection closed")
        lab = self.start_slave("two", master, "--lab")
        lab.wait_for("trying again")
        master.wait_for("speaks without keys", count=2)

    def test_a_slave_with_a_key_does_not_speak_without(self):
        master = self.start_master()
        slave = self.start_slave_with_keys("one", master)
        slave.wait_for("the master at .* during the TLS handshake; .*--key-file.*; trying again")
        master.wait_for("TLS.*--key-file.*; connection closed")
        self.assertEqual([], slave.matches("Synchronized"))

    def check_alone(self, master, slave):
        """That this slave counts, and no other one."""
        master.cycle_where(
            lambda cycle: cycle.slaves == 1 and cycle.clocks["one"].standing == "counted",
            f"{slave.name} counts alone",
            after=master.last_cycle(),
        )

    def test_of_two_with_the_same_key_the_newest_counts(self):
        master = self.start_master_with_keys("--min-slaves", 1)
        again = r"\(one\) has connected again from .*; connection closed"
        older = self.start_slave_with_keys("one", master)
        self.check_alone(master, older)

        older.signal(signal.SIGSTOP)
        newer = self.start_slave_with_keys("one", master)
        self.assertRegex(master.wait_for(again).string, WARNING)
        newer.wait_for("Synchronized time")
        self.check_alone(master, newer)

        newer.signal(signal.SIGSTOP)
        mark = older.mark()
        older.signal(signal.SIGCONT)
        older.wait_for("has closed the connection; trying again", since=mark)
        master.wait_for(again, count=2)
        older.wait_for("Synchronized time", since=older.mark())
        self.check_alone(master, older)

    # --- keys that change ---

    def reload(self, master):
        mark = master.mark()
        master.signal(signal.SIGHUP)
        master.wait_for("keys", since=mark)

    def test_a_key_that_is_taken_away_shuts_out_its_slave_alone(self):
        self.interval = 1
        master = self.start_master_with_keys("--min-slaves", 2)
        one, two, three = (
            self.start_slave_with_keys(name, master) for name in ("one", "two", "three")
        )
        master.cycle_with("one", "two", "three")
        self.keys.write("one", "three")
        self.reload(master)
        master.wait_for(r"\(two\)'s key was removed; connection closed")
        two.wait_for(f"{WRONG_KEY}; trying again", count=2)
        cycle = master.next_cycle(2)
        self.assertEqual({"master", "one", "three"}, cycle.clocks.keys())

        self.keys.write("one", "two", "three")
        self.reload(master)
        master.cycle_with("one", "two", "three", after=master.last_cycle())
        for slave in (one, three):
            self.assertEqual([], slave.matches("trying again"))
        self.assertEqual([], master.matches(r"\((one|three)\) has left"))
        self.assert_on_time([cycle for _, cycle in sorted(master.cycles().items())])

    def test_a_bad_file_changes_nothing(self):
        master = self.start_master_with_keys("--min-slaves", 1)
        self.start_slave_with_keys("one", master)
        master.cycle(1)
        for text, what in (("one:12\n", "line 1"), ("x", "no colon")):
            mark = master.mark()
            self.keys.write_text(text)
            master.signal(signal.SIGHUP)
            line = master.wait_for(f"{what}.*; the keys stay as they were", since=mark)
            self.assertIn(str(self.keys.path), line.string)
        mark = master.mark()
        self.keys.path.unlink()
        master.signal(signal.SIGHUP)
        master.wait_for("the keys stay as they were", since=mark)
        master.next_cycle(2)
        self.assertEqual([], master.matches("has left|taken away"))
        # The old keys still let their owners in.
        self.keys.write("two")
        self.start_slave_with_keys("two", master).wait_for("Synchronized time")

    def test_hanging_up_without_keys_does_nothing(self):
        master = self.start_master("--min-slaves", 1)
        slave = self.start_slave("one", master)
        master.cycle(1)
        for daemon in (master, slave):
            daemon.signal(signal.SIGHUP)
        master.next_cycle(2)
        self.assertEqual([], master.matches("has left"))

    # --- at the start ---

    def test_a_file_that_others_can_read_is_refused(self):
        self.keys.path.chmod(0o640)
        for program in ("berkeley-master", "berkeley-slave"):
            mention = f"chmod 600 {self.keys.path}"
            self.check_refused(2, mention, program, "--key-file", self.keys.path)

    def test_an_insecure_master_says_so(self):
        master = self.start_master("--listen", "0.0.0.0", "--insecure", "--min-slaves", 1)
        line = master.wait_for("insecure: ").string
        self.assertRegex(line, WARNING)
        self.assertRegex(line, "join.*any name.*move its clocks")
        self.start_slave("one", master).wait_for("Synchronized time")

    def test_a_master_with_keys_listens_to_everyone(self):
        master = self.start_master_with_keys("--listen", "0.0.0.0", "--min-slaves", 1)
        self.start_slave_with_keys("one", master).wait_for("Synchronized time")
        self.assertEqual([], master.matches("insecure"))


if __name__ == "__main__":
    unittest.main()
