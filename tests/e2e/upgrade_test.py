"""Daemons of one major version of the protocol work together: older ones, whose words were recorded
(tests/wire/recorded), and newer ones, which say more than these know."""

import contextlib
import itertools
import re
import socket
import time
import unittest

from harness.daemons import DaemonTest
from harness.peers import (
    ADJUSTMENT,
    ANNOUNCEMENT,
    FRAME,
    HELLO,
    MEMBERSHIP,
    POLL,
    REDIRECT,
    REPORT,
    WELCOME,
    Peer,
    frame_of,
)
from harness.programs import DEADLINE, ROOT, WARNING, free_port

RECORDED = ROOT / "tests" / "wire" / "recorded"
VERSIONS = sorted(file.stem.split("-")[1] for file in RECORDED.glob("slave-*.bin"))
# What is reserved, by type.
RESERVED = {
    HELLO: [(4, 8), (57, 64)],
    POLL: [(8, 64)],
    REPORT: [(56, 64)],
    ADJUSTMENT: [],
    WELCOME: [(4, 8), (17, 64)],
    REDIRECT: [(4, 8), (58, 64)],
    ANNOUNCEMENT: [],
    MEMBERSHIP: [(16, 64)],
}
THIS_VERSION = "1.1"
MINOR_AT = {HELLO: 56, WELCOME: 16}

COMPLAINT = rf"{WARNING}|\berror\b"


def recorded(name, version):
    data = (RECORDED / f"{name}-{version}.bin").read_bytes()
    return [data[i : i + FRAME] for i in range(0, len(data), FRAME)]


def of_a_newer_version(frame):
    """The frame as a later minor version may send it, behind one that only that version knows."""
    newer = bytearray(frame)
    newer[3] |= 0x80
    for begin, end in RESERVED[frame[2]]:
        newer[begin:end] = b"\xa5" * (end - begin)
    if frame[2] in MINOR_AT:
        newer[MINOR_AT[frame[2]]] = 7
        return bytes(newer)
    return frame_of(42, b"\xff" * (FRAME - 3)) + bytes(newer)


def as_it_is(frame):
    return frame


def version_said(version, form, said):
    """Whether a line of the log names the other one's version exactly where it is not this one's."""
    other = "1.7" if form is of_a_newer_version else version
    return "protocol" not in said if other == THIS_VERSION else said.endswith(f" protocol {other}")


def checksum(masters):
    """FNV-1a, see docs/protocol.md."""
    value = 0xCBF29CE484222325
    for byte in ",".join(masters).encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return value.to_bytes(8, "big")


class UpgradeTest(DaemonTest):
    def setUp(self):
        super().setUp()
        self.open = self.enterContext(contextlib.ExitStack())

    def connected_to(self, port):
        return Peer(self.open.enter_context(socket.create_connection(("127.0.0.1", port))))

    @contextlib.contextmanager
    def slave_of_this(self):
        """A slave whose master is this program, and their connection."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            listener.settimeout(DEADLINE)
            slave = self.start_slave("rack-7", listener.getsockname()[1])
            peer = Peer(self.open.enter_context(listener.accept()[0]))
            self.assertEqual(HELLO, peer.frame()[2])
            yield slave, peer

    def each_version(self):
        self.assertIn("1.0", VERSIONS)
        return itertools.product(VERSIONS, (as_it_is, of_a_newer_version))

    def follow(self, slave, frames, form, adjustments):
        """Answers polls with the recorded answers, at the times that it is now."""
        reports = [frame for frame in frames if frame[2] == REPORT and frame[3] & 1]
        slave.socket.sendall(form(frames[0]))
        while adjustments > 0:
            told = slave.frame()
            if told[2] == POLL:
                now = time.time_ns().to_bytes(8, "big")
                answer = bytearray(reports.pop(0))
                answer[4:8] = told[4:8]
                answer[8:24] = now + now
                answer[24:40] = bytes(16)  # no correction; not known when the last one left
                slave.socket.sendall(form(bytes(answer)))
            elif told[2] == ADJUSTMENT:
                adjustments -= 1

    def test_a_slave_of_another_version_takes_part(self):
        for version, form in self.each_version():
            master = self.start_master("--min-slaves", 1)
            slave = self.connected_to(master.port)
            self.follow(slave, recorded("slave", version), form, adjustments=2)
            self.assertEqual("counted", master.cycle(1).clocks["rack-7"].standing)
            self.assertEqual([], master.matches(COMPLAINT))
            said = master.wait_for("got connected successfully").string
            self.assertTrue(version_said(version, form, said), said)

    def test_a_master_of_another_version_is_followed(self):
        for version, form in self.each_version():
            frames = recorded("master", version)
            with self.slave_of_this() as (slave, master):
                answers = 0
                for frame in frames:
                    master.socket.sendall(form(frame))
                    while frame[2] == POLL and (told := master.frame()):
                        if told[3] & 1:
                            self.assertEqual(frame[4:8], told[4:8])
                            answers += 1
                            break
                self.assertEqual(sum(frame[2] == POLL for frame in frames), answers)
                adjustments = sum(frame[2] == ADJUSTMENT for frame in frames)
                slave.wait_for("Synchronized time", count=adjustments)
                self.assertEqual([], slave.matches(COMPLAINT))
                said = slave.wait_for("connected to the master").string
                self.assertTrue(version_said(version, form, said), said)

    def test_a_standby_of_another_version_is_understood(self):
        for version, form in self.each_version():
            with self.slave_of_this() as (slave, standby):
                standby.socket.sendall(form(recorded("standby", version)[0]))
                slave.wait_for("stands by and knows of no active master")

    def test_a_master_of_another_version_is_heard(self):
        for version, form in self.each_version():
            with socket.create_server(("127.0.0.1", 0)) as listener:
                port = free_port()
                masters = [f"127.0.0.1:{port}", f"127.0.0.1:{listener.getsockname()[1]}"]
                master = self.start_master("--peers", ",".join(masters), port=port)
                other = self.connected_to(port)
                # The recorded one had another list of masters, and was the second too.
                for frame in recorded("announcements", version):
                    frame = frame[:8] + checksum(masters) + frame[16:]
                    if form is of_a_newer_version:
                        frame = form(frame)[-FRAME:] + form(frame)[:FRAME]
                    other.socket.sendall(frame)
                # Whoever is not understood is sent away at once, which is before this one is.
                stranger = self.connect(master)
                stranger.send(b"\xbe\x01\x00")
                self.assertTrue(stranger.is_closed())
                self.assertTrue(other.is_open())
                address = "127.0.0.1:%d" % other.socket.getsockname()[1]
                self.assertEqual([], master.matches(re.escape(address)))


if __name__ == "__main__":
    unittest.main()
