"""One liar among six clocks moves nobody, not even when those who knew the time have just gone; one
that nobody can tell from an honest clock moves the group by next to nothing."""

import unittest

from harness.liar import Drag, Liar
from harness.masters import LEADS, RankedMasters
from harness.pages import Page
from harness.programs import BIN, MINUTE, WARNING, Program, free_port, wait_until
from harness.truth import TruthTest

HONEST = ("one", "two", "three")
LIE = 0.5  # seconds
OTHER_GROUP = 0x1112131415161718


class Liars(TruthTest):
    interval = 1

    def start_liar(self, truth, *ports, kind=Liar, lie=LIE, **how):
        liar = kind("liar", truth, lie, ports, **how)
        self.addCleanup(liar.end)
        wait_until(lambda: liar.answers[ports[0]] > 0, "the liar to be asked")
        return liar

    def await_led(self, master, names):
        """For ten cycles; the first one may have any number."""
        self.await_counted(master, names)
        self.await_counted(master, names, after=master.last_cycle() + 10)


class TakeoverTest(RankedMasters, Liars):
    def check_takeover(self, **how):
        self.choose_addresses(2)
        first, standby = self.start_ranked(1), self.start_ranked(2)
        first.wait_for(LEADS)
        slaves = [self.start_follower(name) for name in HONEST]
        self.settle(first, [standby, *slaves])
        liar = self.start_liar(first, *self.ports.values(), **how)
        self.await_counted(first, ["master-2", *HONEST], after=first.last_cycle() + 3)
        with self.unmoved(standby, *slaves):
            first.kill()
            standby.wait_for(LEADS)
            self.await_led(standby, HONEST)
        self.assertGreater(liar.answers[standby.port], 0)

    def test_a_lie_at_a_takeover_moves_nobody(self):
        self.check_takeover()

    def test_a_lie_of_a_newer_term_at_a_takeover_moves_nobody(self):
        self.check_takeover(newer=1000)

    def test_a_lie_of_another_group_at_a_takeover_moves_nobody(self):
        self.check_takeover(newer=1000, group=OTHER_GROUP)


class RestartTest(Liars):
    def check_restart(self, forgets, **how):
        names = (*HONEST, "four")
        master, slaves = self.start_group(*names)
        liar = self.start_liar(master, master.port, **how)
        self.await_counted(master, names, after=master.last_cycle() + 3)
        asked = liar.answers[master.port]
        with self.unmoved(*slaves):
            master.kill()
            # By now they are slow to come back, and the liar is not.
            for slave in slaves:
                slave.wait_for("trying again", count=3)
            if forgets:
                master.page_path.unlink()
            again = self.start_again(master)
            self.await_led(again, names)
        self.assertGreater(liar.answers[master.port], asked)

    def test_a_lie_at_a_restart_moves_nobody(self):
        self.check_restart(forgets=False)

    def test_a_lie_at_a_restart_of_a_master_that_has_forgotten_moves_nobody(self):
        self.check_restart(forgets=True)

    def test_a_lie_of_a_newer_term_to_a_master_that_has_forgotten_moves_nobody(self):
        self.check_restart(forgets=True, newer=1000)

    def test_a_lie_of_another_group_to_a_master_that_has_forgotten_moves_nobody(self):
        # It would believe one that comes alone.
        self.min_slaves = 4
        self.check_restart(forgets=True, newer=1000, group=OTHER_GROUP)


class DragTest(Liars):
    way = 0.005  # seconds, to each slave and back; the bound of what is known of its clock

    def start_far_group(self, names):
        master = self.start_master()
        port, delay = free_port(), f"constant:{self.way * 1e6}"
        command = [BIN / "tests" / "bench" / "tcp_relay", port, master.port, delay, delay]
        self.start(Program("relay", command)).wait_for("relaying")
        for name in names:
            self.start_slave(name, port)
        return master

    def await_founded(self, master, names):
        """Until most drifts have been known for 30 s the group moves as fast as they may yet turn
        out to be."""
        known = master.cycle_where(
            lambda cycle: set(names) <= cycle.clocks.keys()
            and all(cycle.clocks[name].drift != "–" for name in names),
            "all drifts are known",
        )
        self.await_counted(master, names, after=known.number + 30 // self.interval)

    def test_a_lie_within_the_bounds_drags_the_group_by_less_than_1_ppm_and_is_noticed(self):
        names = (*HONEST, "four")
        master = self.start_far_group(names)
        self.await_founded(master, names)
        page, mark = Page(master.page_path), master.mark()
        line, begun = page.look()
        self.start_liar(master, master.port, kind=Drag, lie=0.9 * self.way, way=self.way)
        self.await_counted(master, [*names, "liar"], after=master.last_cycle() + 20)
        said = master.wait_for("pulled the group's time the same way", mark, deadline=3 * MINUTE)
        words, ended = page.look()
        moved = Page.evaluate(words, ended).time - Page.evaluate(line, ended).time
        self.assertLess(abs(moved) / (ended - begun), 1e-6, f"moved by {moved} ns")
        self.assertRegex(said.string, WARNING)


if __name__ == "__main__":
    unittest.main()
