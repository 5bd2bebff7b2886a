"""What a service manager is told: ready, alive, reloading, stopping, and a line for people."""

import ctypes
import os
import re
import signal
import socket
import threading
import time
import unittest

from harness.daemons import DaemonTest
from harness.peers import KeyFile
from harness.programs import free_port, wait_until

PTRACE_SEIZE = 0x4206
PTRACE_INTERRUPT = 0x4207
PTRACE_DETACH = 17

# The daemons tell once a second; whoever tells nothing for so many seconds has stopped.
SILENCE = 3


class Manager:
    """The socket of a service manager: keeps what it is told, with the time."""

    def __init__(self, path):
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(0.1)
        self._told = []
        self._closing = False
        self._listener = threading.Thread(target=self._listen)
        self._listener.start()

    def env(self, watchdog=True):
        watched = {"WATCHDOG_USEC": "30000000"} if watchdog else {}
        return {"NOTIFY_SOCKET": str(self.path), **watched}

    def _listen(self):
        while not self._closing:
            try:
                lines = self._socket.recv(65536).decode().splitlines()
            except socket.timeout:
                continue
            self._told += [(time.monotonic(), line) for line in lines]

    def close(self):
        self._closing = True
        self._listener.join()
        self._socket.close()

    def lines(self, pattern, since=0):
        """Those that match, told after that time."""
        return [line for when, line in list(self._told) if when > since and re.search(pattern, line)]

    def wait_for(self, pattern, since=0, count=1):
        found = wait_until(
            lambda: len(lines := self.lines(pattern, since)) >= count and lines, f"{pattern} told"
        )
        return found[count - 1]


class Frozen:
    """All threads of a program but the first one stand still while this context lasts."""

    def __init__(self, pid):
        self._pid = pid
        self._libc = ctypes.CDLL(None, use_errno=True)

    def _ptrace(self, request, thread):
        if self._libc.ptrace(request, thread, None, None) != 0:
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error))

    def __enter__(self):
        self._threads = [int(t) for t in os.listdir(f"/proc/{self._pid}/task")]
        self._threads.remove(self._pid)
        for thread in self._threads:
            self._ptrace(PTRACE_SEIZE, thread)
            self._ptrace(PTRACE_INTERRUPT, thread)
            os.waitpid(thread, 0x40000000)  # __WALL

    def __exit__(self, *_):
        for thread in self._threads:
            self._ptrace(PTRACE_DETACH, thread)


class Managed(DaemonTest):
    def manager(self):
        manager = Manager(self.folder / f"notify-{len(os.listdir(self.folder))}")
        self.addCleanup(manager.close)
        return manager


class NotifyTest(Managed):
    def test_a_master_is_ready_when_it_listens(self):
        manager = self.manager()
        master = self.start_master(env=manager.env())
        manager.wait_for("^READY=1$")
        with socket.create_connection(("127.0.0.1", master.port)):
            pass
        manager.wait_for("^STATUS=No client data")
        slave = self.start_slave("one", master)
        slave.wait_for("Synchronized time")
        status = manager.wait_for(r"^STATUS=cycle \d+: average .* of 2 clocks counted")
        self.assertRegex(status, r"spread before .*, the clock is right within \d")
        self.assertEqual(1, len(manager.lines("^READY=1$")))

    def test_a_slave_is_ready_when_it_is_synchronized(self):
        manager = self.manager()
        port = free_port()
        slave = self.start_slave("one", port, env=manager.env())
        manager.wait_for("^STATUS=waiting for the first adjustment$")
        manager.wait_for("^WATCHDOG=1$", count=2)
        self.assertEqual([], manager.lines("^READY"))
        self.start_master(port=port)
        slave.wait_for("Synchronized time")
        manager.wait_for("^READY=1$")
        self.assertRegex(manager.wait_for("^STATUS=cycle "), r"the clock is right within \d")

    def test_a_slave_is_not_ready_with_too_large_a_bound(self):
        manager = self.manager()
        master = self.start_master()
        slave = self.start_slave("one", master, "--max-bound", "1ns", env=manager.env())
        slave.wait_for("Synchronized time", count=3)
        manager.wait_for("^STATUS=cycle ", count=2)
        self.assertEqual([], manager.lines("^READY"))

    def test_reading_the_keys_again_is_a_reload(self):
        manager = self.manager()
        keys = KeyFile(self.folder / "keys", "one")
        master = self.start_master("--key-file", keys.path, env=manager.env())
        manager.wait_for("^READY=1$")
        begun = time.monotonic()
        master.signal(signal.SIGHUP)
        manager.wait_for("^READY=1$", since=begun)
        told = manager.lines("^(RELOADING=1|MONOTONIC_USEC=\\d+|READY=1)$", since=begun)
        self.assertEqual(["RELOADING=1", "READY=1"], [told[0], told[-1]])
        self.assertIn("MONOTONIC_USEC", told[1])
        master.wait_for("1 keys read")

    def test_both_say_that_they_are_stopping(self):
        for start in (self.start_master, lambda env: self.start_slave("one", free_port(), env=env)):
            manager = self.manager()
            daemon = start(env=manager.env())
            manager.wait_for("^STATUS=")
            self.assertEqual(0, daemon.end())
            manager.wait_for("^STOPPING=1$")


class PulseTest(Managed):
    def wait_for_pulse(self, *managers):
        begun = time.monotonic()
        for manager in managers:
            manager.wait_for("^WATCHDOG=1$", since=begun, count=2)

    def wait_for_silence(self, manager):
        wait_until(
            lambda: not manager.lines("^WATCHDOG=1$", time.monotonic() - SILENCE), "no more pulse"
        )

    def test_whoever_waits_for_others_is_alive(self):
        """A master for slaves, a slave for its master, and a standby for one that waits itself."""
        deserted, lonely, idle = self.manager(), self.manager(), self.manager()
        gone = self.start_master()
        self.start_slave("lonely", gone, env=lonely.env())
        lonely.wait_for("^READY=1$")
        gone.kill()
        master = self.start_master("--min-slaves", 2, interval="100ms", env=deserted.env())
        self.start_slave("one", master)
        deserted.wait_for("^STATUS=Clients: 1 of at least 2")
        # Those that stand still are found out within this time.
        deserted.wait_for("^WATCHDOG=1$", since=time.monotonic(), count=8)
        lonely.wait_for("^STATUS=holdover for .* after cycle")
        self.wait_for_pulse(lonely)

        ports = [free_port(), free_port()]
        peers = ",".join(f"127.0.0.1:{port}" for port in ports)
        self.start_master("--peers", peers, "--min-slaves", 2, port=ports[0])
        standby = self.start_master("--peers", peers, port=ports[1], env=idle.env())
        standby.wait_for("connected to the master")
        begun = time.monotonic()
        # As above: one pulse a second, beyond the time that it is told nothing.
        idle.wait_for("^WATCHDOG=1$", since=begun, count=8)
        self.assertEqual("STATUS=standby, waiting for the first adjustment",
                         idle.lines("^STATUS=")[-1])

    def test_whoever_stands_still_is_not_alive(self):
        """A master whose cycles do not go on, and a slave and a standby whose threads do not."""
        managers = self.manager(), self.manager(), self.manager()
        master = self.start_master(env=managers[0].env())
        # One that knows several masters soon misses a word of the one that it follows.
        masters = f"127.0.0.1:{free_port()},127.0.0.1:{master.port}"
        slave = self.start_slave("one", masters, env=managers[1].env())
        managers[1].wait_for("^READY=1$")
        ports = [free_port(), free_port()]
        peers = ",".join(f"127.0.0.1:{port}" for port in ports)
        self.start_master("--peers", peers, port=ports[0])
        standby = self.start_master("--peers", peers, port=ports[1], env=managers[2].env())
        standby.wait_for("connected to the master")
        with Frozen(master.pid), Frozen(slave.pid), Frozen(standby.pid):
            for manager in managers:
                self.wait_for_silence(manager)
        self.wait_for_pulse(*managers)

    def test_no_pulse_where_nobody_feels_it(self):
        manager = self.manager()
        self.start_master(env=manager.env(watchdog=False))
        manager.wait_for("^STATUS=No client data")
        self.assertEqual([], manager.lines("^WATCHDOG"))


if __name__ == "__main__":
    unittest.main()
