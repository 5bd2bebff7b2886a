"""The group remembers its time: whoever starts, is started again or takes over moves nobody."""

import time
import unittest

from harness.masters import LEADS, RankedMasters
from harness.pages import Page, raw_now
from harness.paused_host import PausedHost
from harness.programs import MINUTE, SECOND
from harness.truth import TOGETHER, UNMOVED, TruthTest

RIGHT = ("one", "two", "three")


class RestartTest(TruthTest):
    def check_restart(self, *options, forgets=False):
        """That a master that is started again so goes on with the time that the group has."""
        master, slaves = self.start_group(*RIGHT)
        with self.unmoved(*slaves):
            master.kill()
            for slave in slaves:
                slave.wait_for("trying again")
            if forgets:
                master.page_path.unlink()
            again = self.start_again(master, *options)
            # From its first cycle on.
            self.await_counted(again, RIGHT)
            self.settle(again, slaves, cycles=5)

    def test_a_master_goes_on_with_the_line_that_is_in_its_page(self):
        self.check_restart()

    def test_a_master_that_has_forgotten_asks_its_slaves(self):
        self.check_restart(forgets=True)

    def test_a_master_that_has_forgotten_and_whose_clock_is_off_asks_its_slaves(self):
        self.check_restart("--simulate-offset=30s", forgets=True)

    def test_a_master_whose_clock_was_set_goes_on_with_the_line_that_is_in_its_page(self):
        self.check_restart("--simulate-offset=-40s")

    def test_all_are_started_again_and_their_time_goes_on(self):
        master, slaves = self.start_group(*RIGHT)
        daemons = [master, *slaves]
        with self.unmoved(*daemons):
            for daemon in daemons:
                daemon.kill()
            master, *slaves = [self.start_again(daemon) for daemon in daemons]
            self.settle(master, slaves, cycles=5)


class ReadersTest(TruthTest):
    def test_a_restart_is_not_seen(self):
        """Of a master, of a slave whose master is there, and of one whose master is gone."""
        master, slaves = self.start_group(*RIGHT)
        daemons = [master, *slaves]
        with self.unmoved(*daemons) as watch:
            slaves[0].kill()
            self.start_again(slaves[0]).wait_for("Synchronized time")
            master.kill()
            slaves[1].kill()
            self.start_again(slaves[1]).wait_for("trying again", count=2)
            again = self.start_again(master)
            self.await_counted(again, RIGHT)
        # Not even for the moment that a start takes.
        for name, silent in watch.unsynchronized.items():
            self.assertLess(silent, self.interval, f"{name} was not synchronized, in s")


class TakeoverTest(RankedMasters, TruthTest):
    interval = 1

    def setUp(self):
        super().setUp()
        self.choose_addresses(2)

    def check_young_standby(self, offset):
        """That it leads the line that there was, though it has only just joined it, and the master
        that told it has only just been started again."""
        first = self.start_ranked(1)
        slave = self.start_follower("off", f"--simulate-offset={offset}")
        self.settle(first, [slave])
        with self.unmoved(slave):
            first.kill()
            first = self.start_again(first)
            self.await_counted(first, ["off"])
            standby = self.start_ranked(2)
            self.pages_after(1, standby)
            first.kill()
            standby.wait_for(LEADS)
            self.await_counted(standby, ["off"])
            self.settle(standby, [slave], cycles=10)

    def test_a_young_standby_leads_the_line_that_there_was(self):
        self.check_young_standby("400ms")

    def test_no_error_is_so_large_that_a_young_standby_ends_by_it(self):
        self.check_young_standby("3s")


class FoundingTest(TruthTest):
    # Enough for all of them to come.
    found_after = 3

    def test_the_first_one_to_come_does_not_make_the_time(self):
        # It alone is slow, and the group is not to be moved by it.
        names = ("one", "two", "three", "four", "five")
        master = self.start_master()
        slow = self.start_slave("slow", master, "--simulate-offset=-40min")
        master.wait_for(r"\bslow\b.* got connected")
        slaves = [self.start_slave(name, master) for name in names]
        self.await_counted(master, names)
        self.pages_after(1, master, slow, *slaves)
        for daemon in (master, *slaves):
            reading = Page(daemon.page_path).at(raw_now())
            ahead = (reading.time - reading.host) / SECOND
            self.assert_near(0, ahead, UNMOVED * 10, f"change of {daemon.name}")
        self.assertLess(self.spread(master, slow, *slaves), TOGETHER * 10)

    def test_a_group_begins_in_1970(self):
        """As machines without a clock of their own do."""
        back = int(time.time()) - 5 * MINUTE
        hosts = [PausedHost(self.folder / f"host-{i}", behind=back - i) for i in range(4)]
        master = self.start_master(env=hosts[0].env)
        slaves = [
            self.start_slave(name, master, env=host.env) for name, host in zip(RIGHT, hosts[1:])
        ]
        self.await_counted(master, RIGHT)
        self.pages_after(1, master, *slaves)
        self.assertLess(self.spread(master, *slaves), TOGETHER * 10)
        now = Page(master.page_path).at(raw_now()).time / SECOND
        self.assert_near(5 * MINUTE, now, 2 * MINUTE, "the group's time")
        self.assertEqual([], master.matches("believable"))


if __name__ == "__main__":
    unittest.main()
