"""The web page, in a real browser, of real daemons: what a reader sees of a group and its clocks.

BERKELEY_PICTURES names a folder that keeps the pictures, which are taken with more of a history
then; docs/images/page.png is one of them.
"""

import contextlib
import os
import re
import signal
import unittest
from pathlib import Path

from harness.browser import Browser
from harness.daemons import DaemonTest
from harness.programs import free_port, wait_until

PICTURES = os.environ.get("BERKELEY_PICTURES")

PHONE = 390

# What Chromium says when nobody listens at the daemon's port.
UNREACHABLE = ("net::ERR_CONNECTION_REFUSED", "net::ERR_EMPTY_RESPONSE", "net::ERR_CONNECTION_RESET")

ENTER = "\ue007"


class PageTest(DaemonTest):
    @classmethod
    def setUpClass(cls):
        cls.browser = cls.enterClassContext(contextlib.closing(Browser()))

    def setUp(self):
        super().setUp()
        self.http = free_port()
        # The page is left before its daemon ends, in the base class's cleanup.
        self.addCleanup(self.browser.go, "about:blank")
        self.browser.console()

    def start_master_with_page(self, *options, **keywords):
        return self.start_master("--http", f"127.0.0.1:{self.http}", *options, **keywords)

    def open(self, **options):
        self.browser.go(f"http://127.0.0.1:{self.http}/", **options)
        self.wait_for(lambda: self.rows(), "rows in the table")

    def wait_for(self, condition, what):
        return wait_until(condition, f"{what} on the page")

    def rows(self):
        """The table's rows by the clock's name, without what is said about it in brackets."""
        rows = self.browser.run(
            "return [...document.querySelectorAll('#clocks tbody tr')]"
            ".map((row) => [...row.cells].map((cell) => cell.textContent))"
        )
        return {row[0].split(" (")[0]: row for row in rows}

    def standing(self, name):
        """The standing in words, without its symbol."""
        row = self.rows().get(name)
        return row and row[1].split(" ", 1)[1]

    def wait_for_standing(self, name, *standings):
        self.wait_for(lambda: self.standing(name) in standings, f"{name} being {' or '.join(standings)}")

    def headline(self):
        return self.browser.text("#sentence")

    def events(self):
        return self.browser.text("#events")

    def wait_for_mark(self, kind):
        """In the chart, of an event of that kind."""
        self.wait_for(lambda: self.browser.text(f".mark-{kind}"), f"a mark of kind {kind}")

    def choose(self, control, value):
        self.browser.run(
            "const control = document.querySelector(`#controls [name=${arguments[0]}]`);"
            "control.value = arguments[1];"
            "control.dispatchEvent(new Event('change', { bubbles: true }));",
            control, value,
        )  # fmt: skip

    def assert_quiet(self, *expected):
        """That nothing came to the browser's console, but for what is expected."""
        said = [f"{level} {text}" for level, text in self.browser.console()]
        unexpected = [text for text in said if not any(part in text for part in expected)]
        self.assertEqual([], unexpected)

    def let_pass(self, master, cycles=20):
        """So many sync cycles, where a picture will be kept that has to show them."""
        if PICTURES:
            master.cycle(master.last_cycle() + cycles)

    def picture(self, name, last):
        """Of the page down to the end of that element; kept where BERKELEY_PICTURES says."""
        width, height = self.browser.run(
            "const { bottom } = document.querySelector(arguments[0]).getBoundingClientRect();"
            "return [innerWidth, Math.ceil(scrollY + bottom) + 16];",
            last,
        )
        self.browser.run("scrollTo(0, 0)")
        self.browser.resize(width, height)
        path = Path(PICTURES or self.folder) / f"{name}.png"
        self.browser.screenshot(path)
        self.assertEqual(b"\x89PNG", path.read_bytes()[:4])

    def start_lab_liar(self, master):
        """An outlier that stays one: nobody can correct a lab client's clock."""
        return self.start_lab_peer(
            "client", "--port", master.port, "--offset", 90, "--interval", self.interval
        )

    def liar(self):
        """Its name, once the page has it."""
        return self.wait_for(
            lambda: next((name for name, row in self.rows().items() if "(lab)" in row[0]), None),
            "a lab client",
        )

    def test_a_group_and_what_becomes_of_its_clocks(self):
        master = self.start_master_with_page("--min-slaves", 4)
        slaves = {
            name: self.start_slave(name, master, option)
            for name, option in [
                ("rack-1", "--simulate-offset=40s"),
                ("rack-2", "--simulate-offset=-10s"),
                ("rack-3", "--simulate-drift=40ppm"),
                ("rack-4", "--simulate-drift=-15ppm"),
            ]
        }
        self.open()
        for name in ["master", *slaves]:
            self.wait_for_standing(name, "counted")
        self.wait_for(lambda: "5 of 5 clocks agree within" in self.headline(), "all agreeing")
        self.wait_for(
            lambda: re.match(r"\d[\d.]* (ns|µs|ms|s)$", self.browser.text("#big")), "the spread"
        )
        self.wait_for(
            lambda: re.fullmatch(r"\+(39|40)\.\d{3} ppm", self.rows()["rack-3"][4]),
            "the drift of rack-3",
        )

        self.let_pass(master)
        self.start_lab_liar(master)
        name = self.liar()
        self.wait_for_standing(name, "outlier")
        self.wait_for(lambda: f"{name} is an outlier" in self.headline(), "the outlier's name")
        self.wait_for(
            lambda: "outlier" in self.browser.text("#announcement"), "an announcement"
        )

        self.let_pass(master)
        slaves["rack-2"].kill()
        self.wait_for_standing("rack-2", "lost")
        self.wait_for(lambda: "rack-2 is lost" in self.headline(), "the lost clock's name")
        self.wait_for(lambda: "rack-2" in self.events().split("\n")[1], "the latest event")

        # A fitted scale leaves the outlier out, and says so; the logarithmic one shows it.
        self.wait_for(lambda: "off the scale" in self.browser.text("#legend"), "a fitted scale")
        self.choose("kind", "log")
        self.wait_for(
            lambda: "off the scale" not in self.browser.text("#legend"), "everything in the chart"
        )
        self.choose("kind", "linear")
        self.assert_quiet()
        self.let_pass(master)
        self.picture("page", "section:has(#clocks)")

    def test_it_goes_on_after_a_restart_of_the_master(self):
        port = free_port()
        master = self.start_master_with_page(port=port)
        self.start_slave("rack-1", port)
        self.start_slave("rack-2", port)
        self.open()
        self.wait_for_standing("rack-2", "counted")
        self.wait_for(lambda: "rack-2" in self.events(), "the event of rack-2")
        before = self.browser.text("#events li:last-child")

        master.end()
        self.wait_for(
            lambda: "No connection to berkeley-master, trying again"
            in self.browser.text("#connection"),
            "the lost connection",
        )
        self.assertIn("rack-2", self.rows(), "the last figures stay")

        self.start_master_with_page(port=port)
        self.wait_for(lambda: not self.browser.text("#connection"), "the connection being back")
        self.wait_for_standing("rack-1", "counted")
        self.wait_for_standing("rack-2", "counted")
        # What the new master cannot know.
        self.assertEqual(before, self.browser.text("#events li:last-child"))
        self.wait_for_mark("restart")
        self.assert_quiet(*UNREACHABLE)

    def test_a_name_is_text_whatever_it_looks_like(self):
        master = self.start_master_with_page()
        name = "<img/src=x/onerror=window.hurt=1>"
        self.start_slave(name, master)
        self.open()
        self.wait_for_standing(name, "counted")
        self.wait_for(lambda: name in self.browser.text("#legend"), "the name in the legend")
        self.wait_for(lambda: name in self.events(), "the name in the events")
        self.assertEqual([], self.browser.run("return [...document.images]"))
        self.assertIsNone(self.browser.run("return window.hurt ?? null"))
        self.assert_quiet()

    def test_the_table_is_sorted_and_searched_by_keyboard(self):
        master = self.start_master_with_page("--min-slaves", 3)
        for name in ["rack-1", "rack-2", "shelf-1"]:
            self.start_slave(name, master)
        self.open()
        self.wait_for_standing("shelf-1", "counted")
        self.assertEqual(["master", "rack-1", "rack-2", "shelf-1"], list(self.rows()))

        head = "th[data-column=name]"
        for order, names in [
            ("ascending", ["master", "rack-1", "rack-2", "shelf-1"]),
            ("descending", ["shelf-1", "rack-2", "rack-1", "master"]),
        ]:
            self.browser.type(f"{head} button", ENTER)
            said = self.browser.run(
                "return document.querySelector(arguments[0]).getAttribute('aria-sort')", head
            )
            self.assertEqual((order, names), (said, list(self.rows())))

        self.browser.type("#filter", "RACK")
        self.assertEqual(["rack-2", "rack-1"], list(self.rows()))
        self.assertEqual("2 of 4 clocks", self.browser.text("#clocks-note"))
        self.assert_quiet()

    def test_a_slave_has_a_page_of_its_own(self):
        master = self.start_master()
        self.start_slave("rack-7", master, "--http", f"127.0.0.1:{self.http}")
        self.open()
        # Before it was told the time it says that as well, and no bound.
        whom = f"Follows the master at 127.0.0.1:{master.port}; last changed by"
        self.wait_for(lambda: whom in self.headline(), "whom")
        self.assertRegex(self.browser.text("#big"), r"^± \d[\d.]* (ns|µs|ms)$")
        self.assertEqual(["rack-7"], list(self.rows()))
        self.assertIn("what the master told it", self.browser.text("#offsets-hint"))
        self.assertEqual("", self.browser.text("#group-charts"))

        master.signal(signal.SIGSTOP)
        self.wait_for(lambda: "Holdover" in self.headline(), "holdover")
        master.signal(signal.SIGCONT)
        self.wait_for(lambda: "Follows the master" in self.headline(), "the end of the holdover")
        self.assert_quiet()

    def test_a_standby_that_takes_over_shows_the_group(self):
        ports = [free_port(), free_port()]
        peers = ",".join(f"127.0.0.1:{port}" for port in ports)
        first = self.start_master("--peers", peers, port=ports[0])
        self.start_master_with_page("--peers", peers, port=ports[1])
        self.start_slave("rack-1", peers)
        self.open()
        self.wait_for(
            lambda: f"Stands by and follows the master at 127.0.0.1:{ports[0]}" in self.headline(),
            "whom the standby follows",
        )
        self.assertEqual("standby", self.browser.text("#role"))

        first.kill()
        self.wait_for(lambda: self.browser.text("#role") == "active master", "the new role")
        self.wait_for_standing("rack-1", "counted")
        self.wait_for_mark("role")
        self.assert_quiet()

    def test_it_fits_a_phone_and_the_dark(self):
        master = self.start_master_with_page()
        self.start_slave("a-slave-whose-name-is-as-long-as-can-be!", master)
        self.open(width=PHONE, height=800, dark=True)
        self.wait_for(lambda: len(self.rows()) == 2, "both clocks")
        width = self.browser.run("return document.documentElement.scrollWidth")
        self.assertLessEqual(width, PHONE)
        colour = self.browser.run("return getComputedStyle(document.body).backgroundColor")
        self.assertEqual("rgb(18, 22, 28)", colour)
        self.let_pass(master)
        self.picture("phone-dark", "footer")
        self.assert_quiet()


if __name__ == "__main__":
    unittest.main()
