"""A slave that lies: it knows the group's time perfectly, as it says, and that is far ahead.

Standard library only.
"""

import contextlib
import socket
import struct
import threading
import time

from harness.pages import Page, raw_now
from harness.peers import FRAME, MEMBERSHIP, POLL, REDIRECT, REPORT, frame_of, hello_of
from harness.programs import DEADLINE, SECOND

ANSWER_WITH_DEVIATION = 0x03
BETWEEN_TRIES = 0.02  # seconds


class Liar:
    """Its clock is right, and what it says of its own correction is a lie.

    It comes to each of these masters, again and again, to be the first one there. To be believed it
    says that it is a member of the group, of which it has heard from the master that told it, or of
    the `group` with that id; and that the group's term is so much newer."""

    def __init__(self, name, truth, lie, ports, newer=0, group=None):
        self._name, self._lie = name.encode(), round(lie * SECOND)
        self._newer, self._group = newer, group
        self._line, _ = Page(truth.page_path).look()
        self._epoch = time.time_ns() - raw_now()
        self._ending = threading.Event()
        self._membership = None
        self.answers = dict.fromkeys(ports, 0)
        self._threads = [threading.Thread(target=self._follow, args=(port,)) for port in ports]
        for thread in self._threads:
            thread.start()

    def end(self):
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _follow(self, port):
        while not self._ending.wait(BETWEEN_TRIES):
            with contextlib.suppress(OSError), socket.socket() as connection:
                connection.settimeout(DEADLINE)
                connection.connect(("127.0.0.1", port))
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                connection.settimeout(BETWEEN_TRIES)
                connection.sendall(hello_of(self._name))
                if self._membership:
                    connection.sendall(self._membership)
                self._speak(connection, port)

    def _speak(self, connection, port):
        data = b""
        while not self._ending.is_set():
            try:
                more = connection.recv(FRAME - len(data))
            except TimeoutError:
                continue
            received = self._now()
            data += more
            if not more or data[2:3] == bytes([REDIRECT]):
                return
            if len(data) < FRAME:
                continue
            if data[2] == POLL:
                connection.sendall(self._answer(data, received))
                self.answers[port] += 1
            elif data[2] == MEMBERSHIP:
                self._membership = self._claim(data)
            data = b""

    def _now(self):
        return self._epoch + raw_now()

    def _answer(self, poll, received):
        return self._report(poll, received, raw_now())

    def _report(self, poll, received, raw):
        sent = self._epoch + raw
        correction = Page.evaluate(self._line, raw).time - sent + self._lie
        body = struct.pack("!B4s3q", ANSWER_WITH_DEVIATION, poll[4:8], received, sent, correction)
        return frame_of(REPORT, body)

    def _claim(self, told):
        term, group = struct.unpack("!IQ", told[4:16])
        return told[:4] + struct.pack("!IQ", term + self._newer, self._group or group) + told[16:]


class Drag(Liar):
    """It stays ahead of the group, wherever that goes, by what cannot be told from the delay of its
    path, which seems to take `way` seconds in each direction."""

    def __init__(self, name, truth, lie, ports, way):
        self._truth, self._way = Page(truth.page_path), way
        super().__init__(name, truth, lie, ports)

    def _answer(self, poll, received):
        time.sleep(2 * self._way)
        way = round(self._way * SECOND)
        self._line, _ = self._truth.look()
        return self._report(poll, received + way, raw_now() - way)
