"""berkeley-master --watch on a terminal that is this program: what it shows, how it leaves it."""

import fcntl
import os
import pty
import re
import select
import signal
import socket
import struct
import subprocess
import termios
import threading
import time
import unittest

import pyte
from harness.daemons import DaemonTest
from harness.programs import BIN, Line, Master, daemon_command, free_port

ENTERS = "\033[?1049h"
LEAVES = "\033[?1049l"
HIDES_CURSOR = "\033[?25l"
SHOWS_CURSOR = "\033[?25h"


class WatchedMaster(Master):
    """A master that was started in a terminal; `stderr` may be a file instead."""

    def __init__(self, command, port, size, env=None, stderr=None):
        self.name, self.port, self.page_path = "master", port, None
        self.lines, self.killed, self.raw = [], False, ""
        self.modes_after = None
        self._changed = threading.Condition()
        self._hung_up = threading.Event()
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._terminal, self._daemons_side = pty.openpty()
        self._set_size(*size)
        self.modes_before = termios.tcgetattr(self._daemons_side)
        self._process = subprocess.Popen(
            [str(part) for part in command],
            stdin=self._daemons_side,
            stdout=self._daemons_side,
            stderr=stderr or self._daemons_side,
            env={**os.environ, "TERM": "xterm", "LC_ALL": "C.UTF-8", **(env or {})},
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        self._readers = [threading.Thread(target=self._follow)]
        self._readers[0].start()

    def _follow(self):
        """Shows what comes, until the terminal's other side is closed or this one hangs up."""
        while not self._hung_up.is_set():
            if not select.select([self._terminal], [], [], 0.05)[0]:
                continue
            try:
                data = os.read(self._terminal, 65536)
            except OSError:
                break
            with self._changed:
                self._stream.feed(data)
                self.raw += data.decode("utf-8", "replace")
                self.lines.append(Line(time.monotonic(), ""))
                self._changed.notify_all()
        os.close(self._terminal)

    def _set_size(self, width, height):
        size = struct.pack("HHHH", height, width, 0, 0)
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)

    def resize(self, width, height):
        with self._changed:
            self._screen.resize(height, width)
            self._screen.reset()
        self._set_size(width, height)

    def press(self, keys):
        os.write(self._terminal, keys.encode())

    def stop_output(self):
        """Until the terminal is closed."""
        termios.tcflow(self._daemons_side, termios.TCOOFF)

    def hang_up(self):
        """As when the window is closed."""
        os.close(self._daemons_side)
        self._daemons_side = None
        self._hung_up.set()

    def shown(self):
        with self._changed:
            return [line.rstrip() for line in self._screen.display]

    def wait_for_line(self, pattern):
        """On the screen."""
        return self.wait_until(
            lambda: any(re.search(pattern, line) for line in self.shown()),
            f"a line {pattern!r} on the screen",
        )

    def wait_for_head(self, pattern):
        """In the screen's first line, which may have been half drawn."""
        self.wait_until(
            lambda: re.match(pattern, self.shown()[0]), f"a first line {pattern!r} on the screen"
        )

    def matches(self, pattern, since=0):
        """In all that was ever written."""
        return list(re.finditer(pattern, self.raw))

    def output(self, limit=80):
        return "\n".join(f"    |{line}" for line in [f"--- {self.name}:", *self.shown()])

    def _read_the_rest(self):
        if self._daemons_side is not None:
            self.modes_after = termios.tcgetattr(self._daemons_side)
            os.close(self._daemons_side)
            self._daemons_side = None
        super()._read_the_rest()


class WatchTest(DaemonTest):
    def start_watched(self, *options, size=(100, 30), env=None, stderr=None):
        port = free_port()
        page = self.folder / "master"
        options = ("--watch", "--port", port, *options)
        command = daemon_command("master", page, f"{self.interval}s", *options)
        return self.start(WatchedMaster(command, port, size, env, stderr))

    def start_group(self, options=(), **terminal):
        """A watched master on whose screen two slaves count."""
        master = self.start_watched(*options, **terminal)
        master.wait_for_line("no sync cycle: 0 of at least 1 slaves")
        slaves = [self.start_slave(name, master) for name in ("left", "right")]
        master.wait_for_line("^left .* counted")
        master.wait_for_line("^right .* counted")
        return master, *slaves

    def assert_left_as_it_was(self, master):
        self.assertEqual(master.modes_before, master.modes_after)
        self.assertEqual(1, master.raw.count(ENTERS))
        self.assertEqual(1, master.raw.count(LEAVES))
        self.assertLess(master.raw.rindex(HIDES_CURSOR), master.raw.rindex(SHOWS_CURSOR))
        after = master.raw[master.raw.rindex(LEAVES) :]
        self.assertNotIn("\033[H", after)

    def test_screen_shows_the_group_and_q_ends_it(self):
        master, *_ = self.start_group()
        master.wait_for_head(r"master  active +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$")
        master.wait_for_line("3/3 counted")
        master.wait_for_line(r"\d\d:\d\d:\d\d  left joined from 127.0.0.1")
        master.wait_for_line("^left .*[▁▂▃▄▅▆▇█]$")
        self.assertNotIn("New synchronization cycle", master.raw)
        master.press("q")
        self.assertEqual(0, master.wait())
        self.assert_left_as_it_was(master)

    def test_terminal_is_left_as_it_was_at_signals(self):
        for end in (
            lambda master: master.signal(signal.SIGTERM),
            lambda master: master.press("\x03"),  # Ctrl-C
        ):
            master = self.start_watched()
            master.wait_for_line("q quits")
            end(master)
            self.assertEqual(0, master.wait())
            self.assert_left_as_it_was(master)

    def test_keys_that_would_leave_the_screen_as_it_is_do_nothing(self):
        master = self.start_watched()
        master.wait_for_line("q quits")
        master.press("\x1a\x1cx")  # Ctrl-Z, Ctrl-\, and any other
        self.start_slave("left", master)
        master.wait_for_line("^left .* counted")

    def test_last_cycle_ends_it(self):
        master = self.start_watched("--cycles", 1)
        self.start_slave("left", master)
        self.assertEqual(0, master.wait())
        self.assert_left_as_it_was(master)

    def test_resize_is_followed(self):
        master, *_ = self.start_group()
        for width, height in ((40, 10), (132, 40), (80, 24)):
            master.resize(width, height)
            master.wait_until(
                lambda w=width, h=height: len(master.shown()) == h and len(master.shown()[0]) == w,
                f"a screen of {width} x {height}",
            )
            master.wait_for_line("^left .* counted")
        self.assertTrue(all(len(line) <= 80 for line in master.shown()))

    def test_killed_slave_is_lost(self):
        master, left, _ = self.start_group()
        left.kill()
        master.wait_for_line(r"^left .* lost \d+ s")
        master.wait_for_line("1 lost")
        master.wait_for_line("left has left")

    def test_terminal_that_takes_nothing_holds_nobody_up(self):
        with (self.folder / "log").open("wb") as log:
            master, left, _ = self.start_group(stderr=log)
        master.stop_output()
        left.wait_for("Synchronized time", since=left.mark(), count=3)
        self.assertEqual(0, master.end())

    def test_warnings_stand_on_the_screen(self):
        master, *_ = self.start_group(options=["--insecure"])
        master.wait_for_line("insecure: any host that can reach this port")
        with socket.create_connection(("127.0.0.1", master.port)) as stranger:
            stranger.sendall(b"\xbe\xff" + bytes(62))
            master.wait_for_line(r"\d\d:\d\d:\d\d  127.0.0.1:\d+: .*; connection closed")
        master.wait_for_head("master  active ")
        screen = master.raw[master.raw.index(ENTERS) :]
        self.assertNotRegex(screen, "warning|info ")

    def test_log_goes_on_where_it_does_not_stand_on_the_terminal(self):
        with (self.folder / "log").open("wb") as log:
            master, *_ = self.start_group(stderr=log)
        text = (self.folder / "log").read_text()
        self.assertIn("(left) got connected successfully", text)
        self.assertNotIn("got connected", master.raw)

    def test_ascii_and_plain_where_the_user_wants_that(self):
        master = self.start_watched(env={"LC_ALL": "C", "NO_COLOR": "1"})
        self.start_slave("left", master)
        master.wait_for_line("^left .* counted .*[-_.'^]$")
        self.assertTrue(master.raw.isascii())
        self.assertNotRegex(master.raw, "\033\\[[0-9;]*m")

    def test_end_of_the_terminal_ends_it(self):
        master = self.start_watched()
        master.wait_for_line("q quits")
        master.hang_up()
        self.assertEqual(0, master.wait())

    def test_error_at_the_start_is_seen(self):
        other = self.start_master()
        command = [BIN / "berkeley-master", "--watch", "--port", other.port, "--publish", "none"]
        master = WatchedMaster(command, other.port, (80, 24))
        self.assertEqual(1, master.wait())
        self.assertNotIn(ENTERS, master.raw)
        self.assertIn(f"berkeley-master: cannot listen on 127.0.0.1:{other.port}", master.raw)

    def test_terminal_that_cannot_be_redrawn_is_refused(self):
        command = [BIN / "berkeley-master", "--watch"]
        master = WatchedMaster(command, 0, (80, 24), env={"TERM": "dumb"})
        self.assertEqual(2, master.wait())
        self.assertRegex(master.raw, "^berkeley-master: --watch: .*; leave it out")


if __name__ == "__main__":
    unittest.main()
