"""Says again and again what the clocks of this process show, for a test of paused_host.cpp.

A line of JSON each time, in ns: the clocks; how late a wait with a deadline has ended; how old a
packet that has just come is by its timestamp. Standard library only.
"""

import ctypes
import json
import socket
import struct
import sys
import time

CLOCKS = {
    "raw": time.CLOCK_MONOTONIC_RAW,
    "monotonic": time.CLOCK_MONOTONIC,
    "boot": time.CLOCK_BOOTTIME,
    "system": time.CLOCK_REALTIME,
    "tai": time.CLOCK_TAI,
}
PERIOD = 50_000_000
SO_TIMESTAMPING = 37
RECEIVED_BY_SOFTWARE = 1 << 3 | 1 << 4
STAMP = struct.Struct("@qq")


class Waiting:
    """A condition that never comes true."""

    def __init__(self):
        self._libc = ctypes.CDLL(None)
        self._condition = ctypes.create_string_buffer(64)
        self._mutex = ctypes.create_string_buffer(64)

    def until(self, deadline):
        """A time of CLOCK_MONOTONIC; how much later it is afterwards."""
        time_of_it = STAMP.pack(*divmod(deadline, 10**9))
        self._libc.pthread_mutex_lock(self._mutex)
        while self._libc.pthread_cond_clockwait(
            self._condition, self._mutex, time.CLOCK_MONOTONIC, time_of_it
        ) == 0:  # fmt: skip
            pass
        self._libc.pthread_mutex_unlock(self._mutex)
        return time.monotonic_ns() - deadline


class Packets:
    def __init__(self):
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPING, RECEIVED_BY_SOFTWARE)

    def send(self):
        self._socket.sendto(b"?", self._socket.getsockname())

    def age(self):
        _, ancillary, _, _ = self._socket.recvmsg(1, 256)
        now = time.time_ns()
        for _, kind, data in ancillary:
            if kind == SO_TIMESTAMPING:
                seconds, nanoseconds = STAMP.unpack_from(data)
                return now - seconds * 10**9 - nanoseconds
        return None


def main():
    waiting, packets = Waiting(), Packets()
    deadline = time.monotonic_ns()
    while True:
        deadline += PERIOD
        late = waiting.until(deadline)
        packets.send()
        clocks = {name: time.clock_gettime_ns(clock) for name, clock in CLOCKS.items()}
        json.dump({"late": late, "age": packets.age(), **clocks}, sys.stdout)
        print(flush=True)


if __name__ == "__main__":
    main()
