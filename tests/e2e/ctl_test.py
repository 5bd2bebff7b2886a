"""Programs that read the group's time: berkeleyctl, and what it runs under the group's time."""

import http.server
import json
import os
import re
import shutil
import socket
import struct
import threading
import time
import unittest

from harness.daemons import GROUP_AHEAD, DaemonTest
from harness.programs import (
    BIN,
    DEADLINE,
    NOBODY,
    SECOND,
    Program,
    free_port,
    output,
    run,
    wait_until,
)

BOOT_WORD = 18

# Runs a command where /run is empty.
PRIVATE_RUN = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs none /run && exec "$@"', "sh"]


def ctl(*arguments, prefix=(), **options):
    """What the command prints."""
    return output(*prefix, BIN / "berkeleyctl", *arguments, **options)


def answer(*arguments, **options):
    return json.loads(ctl(*arguments, "--json", **options))


def change_word(path, word, change):
    """As nobody but a test does."""
    with open(path, "r+b") as file:
        file.seek(8 * word)
        (value,) = struct.unpack("=Q", file.read(8))
        file.seek(8 * word)
        file.write(struct.pack("=Q", change(value)))


class Ctl(DaemonTest):
    def check_fails(self, code, mention, *arguments, **how):
        self.check_refused(code, mention, "berkeleyctl", *arguments, **how)


class UsageTest(Ctl):
    def test_usage_errors(self):
        self.check_fails(2, "status, sources, now", "restart")
        self.check_fails(2, "command")
        self.check_fails(2, "command", "--json")
        self.check_fails(2, "--bogus", "status", "--bogus")
        self.check_fails(2, "stray", "now", "stray")
        self.check_fails(2, "--timeout", "status", "--timeout", "1s")
        self.check_fails(2, "5parsec", "waitsync", "--timeout", "5parsec")
        self.check_fails(2, "port", "sources", "--http", "localhost:99999")
        self.check_fails(2, "--", "run")
        self.check_fails(2, "--", "run", "--")

    def test_help_and_version(self):
        for arguments in (["--help"], ["run", "--help"]):
            told = ctl(*arguments)
            for word in ("status", "sources", "now", "waitsync", "run", "--max-bound"):
                self.assertIn(word, told)
        self.assertRegex(ctl("--version"), r"^berkeleyctl \d+\.\d+\.\d+\n$")

    def test_no_page(self):
        missing = self.folder / "missing"
        for command in (["status"], ["now"], ["waitsync", "--timeout", "0"]):
            self.check_fails(1, missing, *command, "--page", missing)
        self.check_fails(1, missing, "run", "--page", missing, "--", "date")
        self.check_fails(1, missing, "now", env={"BERKELEY_PAGE": str(missing)})
        missing.write_text("something else")
        self.check_fails(1, "no published page", "status", "--page", missing)
        self.check_fails(1, "no published page", "waitsync", "--page", missing)


class StatusTest(Ctl):
    def test_tells_how_well_the_clock_is_synchronized_and_by_whom(self):
        master, slave = self.start_ahead_group()
        told = answer("status", "--page", slave.page_path)
        self.assertEqual("synchronized", told["status"])
        self.assertEqual(("fast", "slave"), (told["name"], told["role"]))
        self.assertEqual(f"127.0.0.1:{master.port}", told["reference"])
        self.assertEqual(self.interval * SECOND, told["interval_ns"])
        self.assert_near(-GROUP_AHEAD, told["system_offset_ns"] / SECOND, 1, "system time")
        self.assertEqual(
            (told["time_ns"] - told["bound_ns"], told["time_ns"] + told["bound_ns"]),
            (told["earliest_ns"], told["latest_ns"]),
        )
        text = ctl("status", "--page", slave.page_path)
        for line in (
            r"Status +: synchronized\n",
            rf"Reference +: 127\.0\.0\.1:{master.port}\n",
            r"System time +: 12 min 3.* slow of group time\n",
            r"Last offset +: ",
            r"Frequency +: [+−]?[0-9.]+ ppm\n",
            r"Skew +: [0-9.]+ ppm\n",
        ):
            self.assertRegex(text, line)
        leader = answer("status", "--page", master.page_path)
        self.assertEqual(("master", None), (leader["role"], leader["reference"]))

    def test_now(self):
        _, slave = self.start_ahead_group()
        told = answer("now", "--page", slave.page_path)
        self.assert_near(GROUP_AHEAD, told["time_ns"] / SECOND - time.time(), 1, "group time")
        self.assertRegex(
            ctl("now", "--page", slave.page_path),
            r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z ± \S+ \S+ synchronized\n$",
        )

    def test_waitsync(self):
        master = self.start_master("--min-slaves", 1)
        page = self.start_slave("one", master).page_path
        self.assertIn(" synchronized", ctl("waitsync", "--page", page, "--timeout", "60s"))
        self.check_fails(
            1, "bound", "waitsync", "--page", page, "--max-bound", "1ns", "--timeout", "0"
        )
        self.assertIn(" synchronized", ctl("waitsync", "--page", page, "--max-bound", "1d"))
        lonely = self.start_slave("lonely", free_port())
        lonely.wait_for("trying again")
        self.check_fails(
            1, "never adjusted", "waitsync", "--page", lonely.page_path, "--timeout", "0"
        )

    def test_is_unsynchronized_before_the_first_adjustment(self):
        lonely = self.start_slave("lonely", free_port())
        lonely.wait_for("trying again")
        told = answer("status", "--page", lonely.page_path)
        self.assertEqual("unsynchronized", told["status"])
        self.assertIsNone(told["bound_ns"])
        self.assertIn("never adjusted", told["reason"])
        self.assertIsNone(told["cycle"])

    def test_goes_on_in_holdover_when_the_daemon_is_killed_and_says_when_it_must_not_be_used(self):
        # After a single cycle nobody knows the drift, and the bound grows fast.
        _, slave = self.start_ahead_group("--max-bound", "20ms", master_options=("--cycles", 1))
        first = answer("now", "--page", slave.page_path)
        self.assertEqual("synchronized", first["status"])
        slave.kill()

        def has(status):
            told = answer("now", "--page", slave.page_path)
            return told if told["status"] == status else None

        holdover = wait_until(lambda: has("holdover"), "holdover")
        self.assertGreater(holdover["bound_ns"], first["bound_ns"])
        self.assert_near(GROUP_AHEAD, holdover["time_ns"] / SECOND - time.time(), 1, "group time")
        # How fast the bound grows depends on how well the one burst of polls went.
        lost = wait_until(
            lambda: has("unsynchronized"), "unsynchronized", deadline=5 * DEADLINE
        )
        self.assertIn("--max-bound", lost["reason"])
        self.assertGreater(lost["bound_ns"], 20_000_000, "the bound is told all the same")

    def test_page_of_an_older_boot(self):
        _, slave = self.start_ahead_group()
        slave.kill()
        change_word(slave.page_path, BOOT_WORD, lambda boot: boot ^ 1)
        told = answer("now", "--page", slave.page_path)
        self.assertEqual(("unsynchronized", None), (told["status"], told["bound_ns"]))
        self.assertIn("started again", told["reason"])
        self.assert_near(0, told["time_ns"] / SECOND - time.time(), 1, "the system's time")

    @unittest.skipUnless(os.geteuid() == 0, "only root can become somebody else")
    def test_permissions(self):
        _, slave = self.start_ahead_group()
        page = slave.page_path
        self.folder.chmod(0o755)
        self.assertEqual(0o644, page.stat().st_mode & 0o777)
        tool = self.folder / "berkeleyctl"
        shutil.copy(BIN / "berkeleyctl", tool)

        def as_nobody():
            return run(tool, "now", "--page", page, user=NOBODY, group=NOBODY, extra_groups=[])

        self.assertEqual(0, as_nobody().returncode, "readable by every user")
        page.chmod(0o600)
        refused = as_nobody()
        self.assertEqual(1, refused.returncode)
        self.assertIn("may not read", refused.stderr)

    @unittest.skipUnless(os.geteuid() == 0, "only root has a /run of its own")
    def test_of_several_pages_the_one_that_was_adjusted_last_counts(self):
        _, slave = self.start_ahead_group()
        lonely = self.start_master()
        folder = self.folder / "run" / "berkeley"
        folder.mkdir(parents=True)
        (folder / "slave.page").symlink_to(slave.page_path)
        (folder / "master.page").symlink_to(lonely.page_path)
        told = answer("status", prefix=PRIVATE_RUN, env={"XDG_RUNTIME_DIR": str(folder.parent)})
        self.assertEqual((str(folder / "slave.page"), "fast"), (told["page"], told["name"]))

    @unittest.skipUnless(os.geteuid() == 0, "only root has a /run of its own")
    def test_is_published_where_everybody_looks(self):
        command = ["sh", "-c", 'umask 077 && exec "$@"', "sh", *PRIVATE_RUN]
        command += [BIN / "berkeley-master", "--port", free_port()]
        master = self.start(Program("master", [*command, "--state-dir", self.folder / "first"]))
        master.wait_for("clock server started")
        inside = ["nsenter", "--target", master.pid, "--mount"]
        told = answer("status", prefix=inside)
        self.assertEqual(("/run/berkeley/master.page", "master"), (told["page"], told["role"]))
        for path, mode in (("/run/berkeley", "755"), ("/run/berkeley/master.page", "644")):
            found = output(*inside, "stat", "-c", "%a", path).strip()
            self.assertEqual(mode, found, f"{path}, for everybody to read")
        # Another one finds the place taken, and works all the same.
        command = [*inside, BIN / "berkeley-master", "--port", free_port()]
        command += ["--state-dir", self.folder / "second"]
        second = self.start(Program("second", command, env={"XDG_RUNTIME_DIR": ""}))
        second.wait_for("clock server started")


class RunTest(Ctl):
    """Programs that know nothing of a group."""

    def run_under(self, slave, *command):
        return ctl("run", "--page", slave.page_path, "--", *command)

    def check_ahead(self, text, expected, what):
        self.assert_near(expected, float(text) - time.time(), 2, what)

    def test_whatever_asks_for_the_systems_time_gets_the_groups(self):
        _, slave = self.start_ahead_group()
        self.check_ahead(self.run_under(slave, "date", "+%s.%N"), GROUP_AHEAD, "date")
        script = """
import ctypes, datetime, os, threading, time
print(time.time())
print(datetime.datetime.now().timestamp())
print(time.clock_gettime(5))  # CLOCK_REALTIME_COARSE
libc = ctypes.CDLL(None)
print(libc.time(None) + 0.5)
parts = (ctypes.c_long * 2)()  # seconds, and the rest
assert libc.gettimeofday(parts, None) == 0
print(parts[0] + parts[1] / 1e6)
assert libc.timespec_get(parts, 1) == 1
print(parts[0] + parts[1] / 1e9)
child, parent = os.pipe()
if os.fork() == 0:
    os.write(parent, str(time.time()).encode())
    os._exit(0)
os.wait()
print(os.read(child, 100).decode())
seen = []
threads = [threading.Thread(target=lambda: seen.append(time.time())) for _ in range(8)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(min(seen))
"""
        lines = self.run_under(slave, "/usr/bin/python3", "-c", script).split()
        self.assertEqual(8, len(lines))
        for line in lines:
            self.check_ahead(line, GROUP_AHEAD, "python3")
        self.check_ahead(time.time(), 0, "the system clock")

    def test_other_clocks_pass_through(self):
        _, slave = self.start_ahead_group()
        names = ("MONOTONIC", "MONOTONIC_RAW", "BOOTTIME")
        script = "import time\n" + "".join(
            f"print(time.clock_gettime(time.CLOCK_{name}))\n" for name in names
        )
        told = self.run_under(slave, "/usr/bin/python3", "-c", script).split()
        for name, text in zip(names, told):
            now = time.clock_gettime(getattr(time, f"CLOCK_{name}"))
            self.assert_near(now, float(text), 2, name)

    def test_the_programs_exit_code_and_folder_are_its_own(self):
        _, slave = self.start_ahead_group()
        result = run(
            BIN / "berkeleyctl", "run", "--page", slave.page_path.name, "--",
            "sh", "-c", "cd /; date +%s; exit 7", cwd=self.folder,
        )  # fmt: skip
        self.assertEqual(7, result.returncode)
        self.check_ahead(result.stdout, GROUP_AHEAD, "date")
        self.check_fails(1, "missing", "run", "--page", slave.page_path, "--", "./missing")

    def test_the_time_is_the_systems_while_there_is_no_page(self):
        preload = {"LD_PRELOAD": str(BIN / "libberkeley-preload.so")}
        for page in (self.folder / "missing", self.folder, "/dev/zero"):
            told = output("date", "+%s.%N", env={**preload, "BERKELEY_PAGE": str(page)})
            self.check_ahead(told, 0, f"date with {page}")

    @unittest.skipUnless(os.geteuid() == 0, "only root has a /run of its own")
    def test_an_empty_name_of_a_page_is_none(self):
        _, slave = self.start_ahead_group()
        usual = self.folder / "run" / "berkeley" / "slave.page"
        usual.parent.mkdir(parents=True)
        usual.symlink_to(slave.page_path)
        command = [*PRIVATE_RUN, "env", f"XDG_RUNTIME_DIR={usual.parent.parent}", "BERKELEY_PAGE="]
        command += [f"LD_PRELOAD={BIN / 'libberkeley-preload.so'}", "date", "+%s.%N"]
        self.check_ahead(output(*command), GROUP_AHEAD, "date")

    def test_a_program_finds_the_page_that_appears_later(self):
        page = self.folder / "later"
        script = "import time\nwhile True: print(time.time(), flush=True); time.sleep(0.1)"
        env = {"LD_PRELOAD": str(BIN / "libberkeley-preload.so"), "BERKELEY_PAGE": str(page)}
        program = self.start(Program("python", ["/usr/bin/python3", "-c", script], env))
        program.wait_for(r"^\d")
        _, slave = self.start_ahead_group()
        os.link(slave.page_path, page)

        def is_ahead():
            return float(program.matches(r"^\d.*")[-1].string) - time.time() > GROUP_AHEAD / 2

        program.wait_until(is_ahead, "the group's time")
        program.kill()


STATUS = {
    "version": 1,
    "clocks": [
        {"name": "master", "address": "", "kind": "master", "standing": "counted",
         "offset_ns": 0, "bound_ns": None, "delay_ns": None, "drift_ppb": None,
         "change_ns": -3, "last_seen_s": 0.2},
        {"name": "rack-7", "address": "10.0.0.7:4711", "kind": "native", "standing": "outlier",
         "offset_ns": 1500000000, "bound_ns": 1200, "delay_ns": 1800,
         "drift_ppb": 39998.4, "change_ns": -1500000000, "last_seen_s": 0.5},
    ],
}  # fmt: skip


class SourcesTest(Ctl):
    def serve(self, status, body):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(status if self.path == "/status.json" else 404)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        self.addCleanup(server.server_close)
        self.addCleanup(thread.join)
        self.addCleanup(server.shutdown)
        return f"127.0.0.1:{server.server_address[1]}"

    def test_shows_the_masters_table(self):
        address = self.serve(200, json.dumps(STATUS))
        lines = ctl("sources", "--http", address).splitlines()
        self.assertRegex(lines[0], r"^clock +address +standing +offset +± bound +delay +drift ")
        self.assertRegex(lines[1], r"^master +counted +0 ns +– +– +– +−3 ns +0\.2 s$")
        self.assertRegex(
            lines[2],
            r"^rack-7 +10\.0\.0\.7:4711 +outlier +\+1\.500 s +1\.2 µs +1\.8 µs +\+39\.998 ppm "
            r"+−1\.500 s +0\.5 s$",
        )
        self.assertEqual(1, len({len(line) for line in lines}), "aligned")
        self.assertEqual(STATUS, answer("sources", "--http", address))

    def test_of_a_master(self):
        master = self.start_master("--min-slaves", 1, "--http", "127.0.0.1:0")
        address = master.wait_for(r"serving HTTP on (\S+)")[1]
        self.start_slave("fast", master, "--simulate-offset=25min")

        def sources():
            return ctl("sources", "--http", address).splitlines()

        # In its second cycle it may be a newcomer.
        lines = wait_until(
            lambda: re.match(r"fast +127\.0\.0\.1:\d+ +counted ", (shown := sources())[-1]) and shown,
            "fast counts",
        )
        self.assertEqual(["clock", "master", "fast"], [line.split()[0] for line in lines])

    def test_a_server_that_is_no_master(self):
        nobody = f"127.0.0.1:{free_port()}"
        self.check_fails(1, nobody, "sources", "--http", nobody)
        for status, body in ((404, "{}"), (200, "hello"), (200, "{}")):
            self.check_fails(1, "--http", "sources", "--http", self.serve(status, body))

    def test_a_server_that_does_not_answer(self):
        with socket.create_server(("127.0.0.1", 0)) as silent:
            address = f"127.0.0.1:{silent.getsockname()[1]}"
            self.check_fails(1, address, "sources", "--http", address)


if __name__ == "__main__":
    unittest.main()
