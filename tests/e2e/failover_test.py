"""Several masters: one leads, the others follow it, and one of them takes over when it is gone."""

import signal
import threading
import unittest

from harness.masters import LEADS, RankedMasters
from harness.pages import Page, raw_now
from harness.peers import KeyFile
from harness.programs import SLOWNESS, WARNING, wait_until


class LeadingTest(RankedMasters):
    def test_one_leads_and_the_others_follow_as_slaves(self):
        masters, slaves = self.start_group()
        for standby in (masters[2], masters[3]):
            standby.wait_for(f"master-1 is active; following it at {self.addresses(1)}")
        self.assert_never_led(masters[2], masters[3])
        for slave in slaves:
            self.assertEqual(1, len(slave.matches("connected to the master")))
            slave.wait_for(f"connected to the master at {self.addresses(1)}")

    def test_a_standby_that_was_never_told_the_time_lets_another_one_lead(self):
        # Whoever is held up for a quarter of an interval loses its turn, which is not the matter.
        self.interval = 1 + SLOWNESS
        first = self.start_ranked(1, "--min-slaves", 3)
        third = self.start_ranked(3)
        slaves = [self.start_follower(name) for name in ("one", "two")]
        self.check_led(first, {"master-3", "one", "two"})
        self.pages_after(1, third)
        mark = first.mark()
        for slave in slaves:
            slave.end()
        first.wait_for("Clients: 1 of at least 3", since=mark)

        # With it there are still too few for a cycle.
        second = self.start_ranked(2)
        second.wait_for(f"connected to the master at {self.addresses(1)}")
        first.kill()
        third.wait_for(LEADS)
        self.check_led(third, {"master-2"})
        self.assert_never_led(second)


class TakeoverTest(RankedMasters):
    def test_the_next_in_rank_takes_over_and_goes_on_counting(self):
        """With keys, as in the field."""
        slaves = ("ahead", "behind", "drifting", "right")
        keys = KeyFile(self.folder / "keys", "master-1", "master-2", "master-3", *slaves)
        self.options = ("--key-file", keys.path)
        masters, slaves = self.start_group()
        last = masters[1].last_cycle()
        masters[1].kill()
        masters[2].wait_for(LEADS)
        self.check_led(masters[2], {"master-3", *(slave.name for slave in slaves)})
        self.assertGreater(min(masters[2].cycles()), last)
        masters[3].wait_for("master-2 is active; following it")
        self.assert_never_led(masters[3])

        # No master is left but the last.
        masters[2].kill()
        masters[3].wait_for(LEADS)
        self.check_led(masters[3], {slave.name for slave in slaves})

    def test_a_former_master_that_is_started_again_follows(self):
        masters, slaves = self.start_group()
        masters[1].kill()
        masters[2].wait_for(LEADS)
        again = self.start_ranked(1)
        again.wait_for("master-2 is active; following it")
        names = {"master-1", "master-3", *(slave.name for slave in slaves)}
        self.check_led(masters[2], names)
        self.assert_never_led(again)

    def test_a_master_that_was_stopped_gives_up_and_follows(self):
        masters, slaves = self.start_group()
        masters[1].signal(signal.SIGSTOP)
        masters[2].wait_for(LEADS)
        mark = masters[1].mark()
        self.check_led(masters[2], {"master-3", *(slave.name for slave in slaves)})

        masters[1].signal(signal.SIGCONT)
        masters[1].wait_for("master-2 is active; following it", since=mark)
        self.check_led(masters[2], {"master-1", "master-3", *(slave.name for slave in slaves)})
        self.assertEqual([], masters[1].matches("^average ", since=mark))
        self.assertEqual(1, len(masters[2].matches(LEADS)))

    def test_a_master_that_ends_is_followed_by_the_next(self):
        masters, slaves = self.start_group()
        self.assertEqual(0, masters[1].end())
        self.check_led(masters[2], {"master-3", *(slave.name for slave in slaves)})


class LimitsTest(RankedMasters):
    def test_a_master_that_is_full_has_room_for_the_other_masters(self):
        masters = self.start_masters("--max-slaves", 2)
        masters[1].wait_for(LEADS)
        slaves = {self.start_follower(name).name for name in ("one", "two")}
        others = {"master-2", "master-3"}
        self.check_led(masters[1], others | slaves)

        # Of a master's name one connection alone has room.
        impostor = self.start_slave("master-2", masters[1])
        line = masters[1].wait_for("refused, there are 2 slaves already").string
        self.assertRegex(line, WARNING)
        self.assertIn("--max-slaves", line)
        impostor.wait_for("trying again")
        impostor.end()

        masters[3].kill()
        self.check_led(masters[1], {"master-2"} | slaves, after=masters[1].last_cycle())
        again = self.start_ranked(3, "--max-slaves", 2)
        again.wait_for("master-1 is active; following it")
        self.check_led(masters[1], others | slaves, after=masters[1].last_cycle())
        self.assert_never_led(masters[2], masters[3], again)
        self.assertEqual(1, len(masters[1].matches(LEADS)))

    def test_a_standby_without_descriptors_follows_and_accepts_when_there_are_some(self):
        self.choose_addresses(2)
        first = self.start_ranked(1)
        first.wait_for(LEADS)
        standby = self.start_ranked(
            2, "--patience", "10min", launcher=("prlimit", "--nofile=32:32")
        )
        self.start_follower("right")
        self.check_led(first, {"master-2", "right"})
        strangers = []

        def refused():
            strangers.append(self.connect(standby))
            return standby.matches(r"refused [1-9]\d* connections: .*open files")

        self.assertRegex(standby.wait_until(refused, "that it refuses some")[0].string, WARNING)
        self.assertTrue(strangers[-1].is_closed())
        self.check_led(first, {"master-2", "right"}, after=first.last_cycle())

        for stranger in strangers:
            stranger.leave()
        astray = self.start_follower("astray", ranks=(2,))
        astray.wait_for(f"connected to the master at {self.addresses(1)}")
        first.kill()
        self.check_led(standby, {"right", "astray"})


class SlavesTest(RankedMasters):
    def test_a_slave_that_knows_only_a_standby_is_sent_on(self):
        masters = self.start_masters()
        masters[1].wait_for(LEADS)
        masters[3].wait_for("following it")
        slave = self.start_follower("astray", ranks=(3,))
        slave.wait_for(f"connected to the master at {self.addresses(1)}")
        slave.wait_for("Synchronized time")
        self.assertEqual([], slave.matches(WARNING))

    def test_a_slave_waits_until_a_master_is_active(self):
        slave = self.start_follower("early")
        slave.wait_for("trying again")
        self.start_masters()
        slave.wait_for("Synchronized time")

    def test_a_lab_slave_is_refused_by_a_standby(self):
        masters = self.start_masters()
        masters[2].wait_for("following it")
        slave = self.start_slave("lab", masters[2], "--lab")
        line = masters[2].wait_for("lab's text, which a standby does not serve").string
        self.assertRegex(line, WARNING)
        slave.wait_for("trying again")
        self.start_slave("welcome", masters[1], "--lab").wait_for("told by a lab master")


class MistakesTest(RankedMasters):
    def test_masters_with_different_lists_say_so(self):
        first = self.start_ranked(1)
        first.wait_for(LEADS)
        other = self.start_ranked(2, peers=self.addresses(2, 1, 3))
        for master in (first, other):
            line = master.wait_for("has another list of masters; .* the same --peers").string
            self.assertRegex(line, WARNING)

    def test_a_master_that_others_do_not_expect_says_so(self):
        alone = self.start_master(port=self.ports[2])
        self.start_ranked(1)
        line = alone.wait_for("takes this master for one of several; does this one lack --peers").string
        self.assertRegex(line, WARNING)

    def check_peers_refused(self, mention, peers, *options):
        self.check_refused(
            2, mention, "berkeley-master", "--port", self.ports[1], "--peers", peers, *options
        )

    def test_lists_that_cannot_be(self):
        self.check_peers_refused(
            f"--peers: none .*127.0.0.1:{self.ports[1]}", self.addresses(2, 3)
        )
        elsewhere = "192.0.2.1"  # for documentation, so no machine has it
        self.check_peers_refused("--peers: none", f"{elsewhere}:{self.ports[1]}")
        self.check_peers_refused("--peers.*twice", self.addresses(1, 2, 1))
        self.check_peers_refused("--peers.*99999", "127.0.0.1:99999")
        self.check_peers_refused("--peers", "")

    def test_a_master_needs_a_key_of_its_own(self):
        keys = KeyFile(self.folder / "keys", "master-2", "right")
        self.check_peers_refused(
            'no key for "master-1"', self.addresses(), "--key-file", keys.path
        )


    def test_a_master_with_another_key_is_none(self):
        keys = KeyFile(self.folder / "keys", "master-1", "master-2", "master-3")
        others = KeyFile(self.folder / "others", "master-1", "master-2", "master-3")
        first = self.start_ranked(1, "--key-file", keys.path)
        first.wait_for(LEADS)
        self.start_ranked(2, "--key-file", others.path)
        first.wait_for('key is unknown or wrong .it calls itself "master-2".; connection closed')


class Watch:
    """Reads pages again and again, and notes what a reader must never see."""

    def __init__(self, daemons):
        self.wrong = []
        self.readings = 0
        self._pages = {daemon: Page(daemon.page_path) for daemon in daemons}
        self._gone = set()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def leave_out(self, daemon):
        self._gone.add(daemon)

    def await_readings(self):
        wanted = self.readings + 50
        wait_until(lambda: self.readings >= wanted, "readings of the pages")

    def end(self):
        self._ending.set()
        self._thread.join()

    def _run(self):
        latest = {}
        while not self._ending.wait(0.005):
            raw = raw_now()
            now = {d.name: page.at(raw) for d, page in self._pages.items() if d not in self._gone}
            # An adjustment that came in between would be evaluated before its time.
            if raw_now() - raw > 1_000_000:
                continue
            self.readings += 1
            self._check(now, latest)
            latest = now

    def _check(self, now, latest):
        for name, reading in now.items():
            if name in latest and reading.time < latest[name].time:
                self.wrong.append(f"{name} went back by {latest[name].time - reading.time} ns")
            for other, its in now.items():
                if reading.time - its.time > reading.bound + its.bound:
                    self.wrong.append(f"{name} is {reading.time - its.time} ns before {other}")


class TimeTest(RankedMasters):
    def test_no_clock_steps_back_and_every_bound_holds(self):
        masters, slaves = self.start_group()
        self.pages_after(masters[1].last_cycle() + 1, *masters.values(), *slaves)
        watch = Watch([*masters.values(), *slaves])
        self.addCleanup(watch.end)
        watch.await_readings()

        watch.leave_out(masters[1])
        masters[1].kill()
        names = {"master-3", *(slave.name for slave in slaves)}
        self.check_led(masters[2], names)
        self.check_led(masters[2], names, after=masters[2].last_cycle() + 2)
        watch.await_readings()
        watch.end()
        self.assertEqual([], watch.wrong[:10])


if __name__ == "__main__":
    unittest.main()
