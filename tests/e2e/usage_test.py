"""How the daemons are asked, how they refuse, and how they are ended."""

import contextlib
import os
import re
import signal
import socket
import unittest
from pathlib import Path

from harness.daemons import DaemonTest
from harness.programs import free_port

DAEMONS = ("berkeley-master", "berkeley-slave")

# "At once", on a busy machine and with sanitizers.
AT_ONCE = 5


class UsageTest(DaemonTest):
    def test_a_usage_error_ends_it(self):
        for program in DAEMONS:
            self.check_refused(2, "--bogus", program, "--bogus")

    def test_screen_without_a_terminal(self):
        self.check_refused(2, "not a terminal", "berkeley-master", "--watch")

    def test_configuration_file(self):
        port = free_port()
        config = self.folder / "berkeley.conf"
        config.write_text(f"# a comment\nport = {port}\ninterval = 100ms\ncycles = 1\n")
        master = self.start_master("--config", config, port=port)
        self.start_slave("one", master)
        self.assertEqual(0, master.wait())
        self.assertEqual([1], list(master.cycles()))

    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as other:
            port = other.getsockname()[1]
            self.check_refused(1, port, "berkeley-master", "--port", port)

    def test_unknown_host(self):
        # Reserved never to exist.
        self.check_refused(1, "host.invalid", "berkeley-slave", "--master", "host.invalid")
        for host in ("host.invalid", "192.0.2.1"):  # for documentation, so no machine has it
            self.check_refused(1, host, "berkeley-master", "--insecure", "--listen", host)

    def test_published_twice(self):
        master = self.start_master()
        options = ("--port", free_port(), "--publish", master.page_path)
        self.check_refused(1, master.page_path, "berkeley-master", *options)

    def test_ipv6_and_names(self):
        if not os.path.exists("/proc/net/if_inet6") or not socket.has_ipv6:
            self.skipTest("no IPv6 here")
        for listen, host in (("::1", "[::1]"), ("localhost", "localhost")):
            with self.subTest(listen):
                master = self.start_master("--listen", listen, "--min-slaves", 1, "--cycles", 1)
                slave = self.start_slave("one", f"{host}:{master.port}")
                self.assertEqual(0, master.wait())
                slave.wait_for("Synchronized time")

    def test_what_is_printed_is_not_coloured(self):
        master = self.start_master("--min-slaves", 1, "--cycles", 1)
        slave = self.start_slave("one", master)
        slave.wait_for(r"Synchronized time at the client is: \d{4}-\d\d-\d\d .* ± .* \(stepped by .*\)")
        self.assertEqual(0, master.wait())
        self.assertEqual([], master.matches("\x1b") + slave.matches("\x1b"))


class EndTest(DaemonTest):
    def check_ends(self, program):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number.name):
                daemon = program()
                daemon.signal(number)
                self.assertEqual(0, daemon.wait(deadline=AT_ONCE))

    def test_master_without_slaves(self):
        self.check_ends(self.start_master)

    def test_master_with_slaves_and_strangers(self):
        def connected():
            master = self.start_master("--min-slaves", 2, interval="1h")
            self.start_slave("one", master)
            self.start_slave("two", master)
            stranger = socket.create_connection(("127.0.0.1", master.port))
            self.addCleanup(stranger.close)
            master.cycle(1)
            return master

        self.check_ends(connected)

    def test_connected_slave(self):
        def connected():
            master = self.start_master("--min-slaves", 1)
            slave = self.start_slave("one", master, interval="1h")
            slave.wait_for("Synchronized time")
            return slave

        self.check_ends(connected)

    def test_slave_that_finds_no_master(self):
        def in_backoff():
            slave = self.start_slave("lonely", free_port())
            # The waits become longer: end it within one of the longer ones.
            slave.wait_for("trying again", count=3)
            return slave

        self.check_ends(in_backoff)

    def test_slave_whose_master_does_not_answer(self):
        """A full queue of connections: the kernel drops further attempts, as a dead host would."""
        with contextlib.ExitStack() as stack:
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
            address = listener.getsockname()
            for _ in range(4):
                filler = stack.enter_context(socket.socket())
                filler.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    filler.connect(address)

            def attempts():
                """Of all processes."""
                table = Path("/proc/net/tcp").read_text(encoding="ascii")
                return len(re.findall(rf" 0100007F:{address[1]:04X} 02 ", table))

            def connecting():
                before = attempts()
                slave = self.start_slave("patient", address[1])
                slave.wait_until(lambda: attempts() > before, "a connection attempt")
                return slave

            self.check_ends(connecting)


if __name__ == "__main__":
    unittest.main()
