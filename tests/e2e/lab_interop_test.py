"""The lab's text, both ways, against a peer that was written from the protocol's description."""

import time
import unittest

from harness.daemons import DaemonTest, events
from harness.pages import Page, raw_now
from harness.programs import MINUTE, wait_until

# A lab peer stamps in Python, after the scheduler has had its say.
TOLERANCE = 0.25


def lab_in(cycle):
    return next((clock for clock in cycle.clocks.values() if "(lab)" in clock.name), None)


def first_answer_of_lab(master):
    def answered(cycle):
        lab = lab_in(cycle)
        return lab is not None and lab.standing != "late"

    return lab_in(master.cycle_where(answered, "the lab's client has answered"))


class LabPeers(DaemonTest):
    def start_client(self, master, *options, **how):
        return self.start_lab_peer(
            "client", "--port", master.port, "--interval", self.interval, *options, **how
        )

    def start_server(self, *options, **how):
        """It, and its port."""
        server = self.start_lab_peer("server", "--port", 0, "--interval", self.interval, *options, **how)
        return server, int(server.wait_for('"listening", "port": ([0-9]+)')[1])


class LabClientTest(LabPeers):
    """The lab's client at our master."""

    def wait_for_told(self, client, count):
        return wait_until(
            lambda: (told := events(client, "told"))[count - 1 :] and told, f"{count} times told"
        )

    def test_gets_the_synchronized_time_for_as_long_as_it_stays(self):
        master = self.start_master("--min-slaves", 1)
        client = self.start_client(master, "--offset", 10 * MINUTE)
        # 0 and 10 min meet at 5 min, and stay there although this client's clock obeys nobody.
        for told in self.wait_for_told(client, 6):
            self.assert_near(-5 * MINUTE, told["difference"], TOLERANCE, told["time"])
        self.assertEqual([], events(client, "closed"))

    def test_is_told_the_time_of_the_group_around_it(self):
        master = self.start_master("--min-slaves", 3)
        self.start_slave("fast", master, "--simulate-offset=2min")
        self.start_slave("slow", master, "--simulate-offset=-2min")
        client = self.start_client(master, "--offset", -3 * 3600)
        lab = first_answer_of_lab(master)
        self.assert_near(-3 * 3600, lab.offset, TOLERANCE, "offset of the lab's clock")
        self.assertEqual("outlier", lab.standing)
        for told in self.wait_for_told(client, 4):
            self.assert_near(3 * 3600, told["difference"], TOLERANCE, told["time"])

    def test_speaks_local_time(self):
        kathmandu = {"TZ": "Asia/Kathmandu"}
        master = self.start_master(env=kathmandu)
        client = self.start_client(master, env=kathmandu)
        for told in self.wait_for_told(client, 2):
            self.assert_near(0, told["difference"], TOLERANCE, told["time"])

    def check_reports(self, *options, early=0.0):
        """That reports sent in this way are all understood. Their clock is up to `early` slow."""
        master = self.start_master("--min-slaves", 1)
        client = self.start_client(master, "--offset", 10 * MINUTE, *options)
        lab = first_answer_of_lab(master)
        self.assertEqual("counted", lab.standing)
        self.assert_near(10 * MINUTE - early / 2, lab.offset, TOLERANCE + early / 2, "offset")
        self.wait_for_told(client, 3)
        self.assertEqual("counted", lab_in(master.cycle(master.last_cycle())).standing)
        self.assertEqual([], events(client, "closed"))

    def test_several_reports_at_once_and_cut(self):
        self.check_reports("--coalesce", 3, "--cut", 30, 50)

    def test_reports_without_microseconds(self):
        self.check_reports("--no-microseconds", early=1)

    def test_several_reports_without_microseconds(self):
        self.check_reports("--no-microseconds", "--coalesce", 2, "--cut", 10, 19, early=1)

    def test_leaves(self):
        master = self.start_master("--min-slaves", 1)
        self.start_slave("stays", master)
        client = self.start_client(master)
        master.cycle_where(lambda cycle: len(cycle.clocks) == 3, "the lab's client takes part")
        client.end()
        master.cycle_where(
            lambda cycle: len(cycle.clocks) == 2, "it does not", after=master.last_cycle()
        )


class LabServerTest(LabPeers):
    """Our slave, told to speak the lab's text, at the lab's server."""

    def check(self, *options):
        server, port = self.start_server("--offset", MINUTE, *options)
        slave = self.start_slave("lab", port, "--lab")
        slave.wait_for("Synchronized time", count=3)
        said = [match[1] for match in slave.matches(r"Synchronized time.*?: (\d{4}-\d\d-\d\d [\d:]+)")]
        wait_until(
            lambda: all(
                any(moment in event["text"] for event in events(server, "sent")) for moment in said
            ),
            f"that it was told {said}",
        )

        reports = wait_until(
            lambda: (found := events(server, "report"))[2:] and found, "three reports"
        )
        for report in reports:
            self.assert_near(-MINUTE, report["difference"], TOLERANCE, report["time"])

        # It is told that it is a minute slow, and leaves its clock alone.
        page = Page(slave.page_path)
        now, real = raw_now(), time.time_ns()
        reading = page.at(now)
        self.assertEqual(reading.host, reading.time)
        self.assert_near(0, (reading.time - real) / 1e9, TOLERANCE, "the slave's clock")

    def test_reports_and_says_what_it_is_told(self):
        self.check()

    def test_is_told_several_times_at_once(self):
        self.check("--coalesce", 2)

    def test_is_told_in_pieces(self):
        self.check("--cut", 3, 19)

    def test_is_told_without_microseconds(self):
        self.check("--no-microseconds")

    def test_speaks_local_time(self):
        new_york = {"TZ": "America/New_York"}
        server, port = self.start_server(env=new_york)
        self.start_slave("lab", port, "--lab", env=new_york)
        report = wait_until(lambda: events(server, "report"), "a report")[0]
        self.assert_near(0, report["difference"], TOLERANCE, report["time"])


if __name__ == "__main__":
    unittest.main()
