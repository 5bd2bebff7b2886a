"""One liar among six clocks moves nobody, not even when those who knew the time have just gone."""

import unittest

from failover_test import LEADS, RankedMasters
from liar import Liar
from programs import wait_until
from truth import TruthTest

HONEST = ("one", "two", "three")
LIE = 0.5  # seconds
OTHER_GROUP = 0x1112131415161718


class Liars(TruthTest):
    interval = 1

    def start_liar(self, truth, *ports, **how):
        liar = Liar("liar", truth, LIE, ports, **how)
        self.addCleanup(liar.end)
        wait_until(lambda: liar.answers[ports[0]] > 0, "the liar to be asked")
        return liar


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
            self.await_counted(standby, HONEST, after=standby.last_cycle() + 10)
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
            self.await_counted(again, names, after=10)
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


if __name__ == "__main__":
    unittest.main()
