"""Reads the clocks that daemons publish. Standard library only."""

import mmap
import struct
import time
from collections import namedtuple

from harness.programs import wait_until


def raw_now():
    """One clock for all processes of this machine."""
    return time.clock_gettime_ns(time.CLOCK_MONOTONIC_RAW)


Reading = namedtuple("Reading", "synchronized time bound host cycle")


class Page:
    """Reads the clock that a daemon publishes; docs/page.md has the layout."""

    FORMAT = struct.Struct("=8sQQQqqdqqddqqqdQqqQQqqQQQq")

    @classmethod
    def of(cls, daemon):
        """Waits until the file is there, and as long as a page."""
        path = daemon.page_path
        wait_until(
            lambda: path.exists() and path.stat().st_size >= cls.FORMAT.size,
            f"the page of {daemon.name}",
        )
        return cls(path)

    def __init__(self, path):
        with open(path, "rb") as file:
            self._memory = mmap.mmap(file.fileno(), self.FORMAT.size, prot=mmap.PROT_READ)

    def _words(self):
        """A copy that was not written to in the meantime."""

        def read():
            words = self.FORMAT.unpack(self._memory[:])
            again = self.FORMAT.unpack(self._memory[:])
            # The sequence number is odd while the daemon writes, and 0 before it has begun.
            return words if words == again and words[2] > 0 and words[2] % 2 == 0 else None

        return wait_until(read, "a page that is not being written", deadline=10)

    def at(self, raw):
        """What the page says about the instant `raw`, in nanoseconds."""
        return self.evaluate(self._words(), raw)

    def look(self):
        """The words, and an instant at which they held."""
        while True:
            words = self._words()
            raw = raw_now()
            if self._words() == words:
                return words, raw

    @staticmethod
    def evaluate(words, raw):
        (magic, version, _, synchronized, raw_anchor, host_anchor, drift, anchor, correction,
         frequency, slew, slew_end, reference, bound, growth, cycle, *_) = words  # fmt: skip
        assert magic == b"BERKELEY" and version == 3, (magic, version)
        elapsed = raw - raw_anchor
        host = host_anchor + elapsed + round(elapsed * drift * 1e-9)
        time = (
            host
            + correction
            + round((host - anchor) * frequency * 1e-9)
            + round((min(host, slew_end) - anchor) * slew * 1e-9)
        )
        pending = abs(max(slew_end - host, 0) * slew * 1e-9)
        limit = bound + abs(host - reference) * growth * 1e-9 + pending
        return Reading(synchronized != 0, time, limit, host, cycle)

    def cycle(self):
        """The sync cycle of the last adjustment, 0 before the first."""
        reading = self.at(raw_now())
        return reading.cycle if reading.synchronized else 0
