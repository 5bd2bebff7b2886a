"""Machines whose clocks stood still: they are right again soon, and move nobody."""

import unittest

from harness.masters import LEADS, RankedMasters
from harness.paused_host import PausedHost
from harness.programs import SLOWNESS, WARNING, wait_until
from harness.truth import TOGETHER, TruthTest

RIGHT = ("one", "two", "three")

# In seconds: nobody waits for that long for a peer, and everybody for this long.
LONG = 12 * SLOWNESS
SHORT = 3

STEPPED = r"step|stood still|suspen|paus"


class Pauses(TruthTest):
    def setUp(self):
        super().setUp()
        self.host = PausedHost(self.folder / "host")

    def check_back(self, daemon, master, others, cycles=2):
        """That its clock is right again after so many cycles of the active master."""
        # The cycle under way began without it.
        last = master.last_cycle() + 1 + cycles
        wait_until(lambda: self.is_right(daemon, others[0]), f"the clock of {daemon.name} is right")
        self.assertLessEqual(master.last_cycle(), last, "cycles until it was right")

    def is_right(self, daemon, other):
        return abs(self.error(daemon, other, self.host)) < TOGETHER

    def check_said(self, daemon, since):
        """What happened to it, as a warning."""
        line = daemon.wait_for(rf"(?i){WARNING}.*({STEPPED})", since=since).string
        self.assertRegex(line, WARNING)


class PausedMasterTest(Pauses):
    def check_paused(self, seconds, hold="pause"):
        master, slaves = self.start_group(*RIGHT, env=self.host.env)
        mark = master.mark()
        with self.unmoved(*slaves):
            getattr(self.host, hold)(master, seconds)
            self.check_back(master, master, slaves)
            self.await_counted(master, RIGHT, after=master.last_cycle() + 5)
        self.assertTrue(self.is_right(master, slaves[0]))
        self.check_said(master, mark)

    def test_a_paused_one_moves_nobody_when_it_goes_on(self):
        self.check_paused(SHORT)

    def test_one_that_was_paused_until_all_had_left_moves_nobody(self):
        self.check_paused(LONG)

    def test_a_suspended_one_moves_nobody_when_it_goes_on(self):
        self.check_paused(SHORT, "suspend")

    def test_a_suspended_one_of_two_clocks_is_the_one_that_is_wrong(self):
        master, slaves = self.start_group("one", env=self.host.env)
        with self.unmoved(*slaves):
            self.host.suspend(master, SHORT)
            self.check_back(master, master, slaves)
            self.await_counted(master, ["one"], after=master.last_cycle() + 5)


class PausedSlaveTest(Pauses):
    def check_paused(self, seconds, hold="pause", others=RIGHT[:2]):
        master = self.start_master()
        slaves = [self.start_slave(name, master) for name in others]
        paused = self.start_slave("paused", master, env=self.host.env)
        self.settle(master, [*slaves, paused])
        mark = paused.mark()
        rest = [master, *slaves]
        with self.unmoved(*rest):
            getattr(self.host, hold)(paused, seconds)
            self.check_back(paused, master, rest)
            self.await_counted(master, [*others, "paused"], after=master.last_cycle() + 5)
        self.assertTrue(self.is_right(paused, master))
        self.check_said(paused, mark)

    def test_a_paused_one_steps_forward(self):
        self.check_paused(SHORT)

    def test_one_that_was_paused_until_it_had_been_given_up_steps_forward(self):
        self.check_paused(LONG)

    def test_a_suspended_one_steps_forward(self):
        self.check_paused(SHORT, "suspend")

    def test_a_suspended_one_of_two_clocks_is_the_one_that_is_wrong(self):
        self.check_paused(SHORT, "suspend", others=())


class PausedActiveMasterTest(Pauses, RankedMasters):
    def test_the_group_is_not_given_back_to_it(self):
        first = self.start_ranked(1, env=self.host.env)
        masters = [first, self.start_ranked(2), self.start_ranked(3)]
        slaves = [self.start_follower(name) for name in RIGHT]
        first.wait_for(LEADS)
        self.settle(first, [*masters[1:], *slaves])
        mark = first.mark()
        names = {"master-3", *RIGHT}
        with self.unmoved(*masters[1:], *slaves):
            self.host.hold(first)
            masters[1].wait_for(LEADS)
            self.await_counted(masters[1], names)
            # The next ones are those of a master that leads for good.
            self.await_counted(masters[1], names, after=masters[1].last_cycle() + 5)
            self.host.go_on(first)
            first.wait_for("master-2 is active; following it", since=mark)
            first.wait_for("connected to the master", since=mark)
            self.check_back(first, masters[1], masters[1:])
            names |= {"master-1"}
            self.await_counted(masters[1], names, after=masters[1].last_cycle() + 5)
        self.assertEqual([], first.matches("^average ", since=mark))
        self.assertEqual(1, len(masters[1].matches(LEADS)))
        self.assert_never_led(masters[2])


if __name__ == "__main__":
    unittest.main()
