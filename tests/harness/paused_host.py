"""A host whose clocks a test can hold: tests/support/paused_host.cpp says how. Standard library
only."""

import mmap
import os
import signal
import struct
import time
from pathlib import Path

from harness.pages import raw_now
from harness.programs import BIN, SECOND, wait_until

SHIM = BIN / "tests" / "libpaused_host.so"


class PausedHost:
    """The clocks that the processes of one host see, also those that are started later: `env` is
    their environment. Its system clock is `behind` by so many seconds from the beginning."""

    _WORDS = struct.Struct("=5q")

    def __init__(self, path, behind=0):
        path.write_bytes(bytes(self._WORDS.size))
        with open(path, "r+b") as file:
            self._memory = mmap.mmap(file.fileno(), self._WORDS.size)
        self._write(0, 0, behind * SECOND, 0, behind * SECOND)
        self._pauses = []  # what the raw clock showed then, and by how much it is behind since
        self.env = {"LD_PRELOAD": str(SHIM), "PAUSED_HOST": str(path)}

    def pause(self, program, seconds):
        """All clocks stand still meanwhile, as when a virtual machine is stopped by its host."""
        self.hold(program)
        time.sleep(seconds)
        self.go_on(program)

    def suspend(self, program, seconds):
        """As when a machine is suspended: CLOCK_BOOTTIME and CLOCK_REALTIME go on."""
        self.hold(program)
        time.sleep(seconds)
        self.go_on(program, suspended=True)

    def hold(self, program):
        """Until `go_on` says what that was; for who has something to do meanwhile."""
        program.signal(signal.SIGSTOP)
        wait_until(lambda: all_stopped(program.pid), f"{program.name} to stop")
        self._since = (raw_now(), time.time_ns())

    def go_on(self, program, suspended=False):
        raw, system = self._since
        monotonic, boot, real, *_ = self._words()
        # Between the two readings of this clock less time passes than anything measures here.
        held = raw_now() - raw
        self._pauses.append((self.raw(raw), monotonic + held))
        if suspended:
            self._write(monotonic + held, boot, real, 0, real)
        else:
            self._write(monotonic + held, boot + held, real + held, system, real)
        program.signal(signal.SIGCONT)
        return held / SECOND

    def raw(self, real):
        """What this host's raw clock shows when the other hosts' shows that: in this one its page
        is written."""
        return real - self._words()[0]

    def real(self, raw):
        """The other way round: when it showed that."""
        return raw + max((behind for since, behind in self._pauses if since < raw), default=0)

    def _words(self):
        return self._WORDS.unpack(self._memory[:])

    def _write(self, *words):
        self._memory[:] = self._WORDS.pack(*words)


def all_stopped(pid):
    """No thread of it runs any more."""
    for thread in os.listdir(f"/proc/{pid}/task"):
        status = Path(f"/proc/{pid}/task/{thread}/stat").read_text(encoding="utf-8")
        if status.rpartition(")")[2].split()[0] != "T":
            return False
    return True
