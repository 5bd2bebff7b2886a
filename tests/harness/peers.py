"""What stands in for the other side of a connection: strangers, a relay on the path, and files of keys.

Standard library only.
"""

import secrets
import select
import socket
import threading
import time

from harness.programs import DEADLINE

# How a native frame begins, and its types; docs/protocol.md.
MAGIC_AND_VERSION = b"\xbe\x01"
HELLO, POLL, REPORT, ADJUSTMENT, WELCOME, REDIRECT, ANNOUNCEMENT, MEMBERSHIP = range(1, 9)
FRAME = 64


def frame_of(kind, body=b""):
    return (MAGIC_AND_VERSION + bytes([kind]) + body).ljust(FRAME, b"\0")


def hello_of(name):
    return frame_of(HELLO, bytes(5) + name)


class Peer:
    """One end of a connection, which speaks in frames."""

    def __init__(self, connection):
        self.socket = connection
        self.socket.settimeout(DEADLINE)

    def frame(self):
        """The next one; b"" at the end."""
        data = b""
        while len(data) < FRAME and (more := self.socket.recv(FRAME - len(data))):
            data += more
        return data

    def is_open(self):
        """Whatever was said is thrown away."""
        while select.select([self.socket], [], [], 0)[0]:
            if not self.socket.recv(4096):
                return False
        return True


class Stranger:
    """A connection to the master, from any address of this machine, that sends what it likes."""

    def __init__(self, master, source="127.0.0.1", receive_buffer=None):
        self._socket = socket.socket()
        self._socket.settimeout(DEADLINE)
        if receive_buffer:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.bind((source, 0))
        self._socket.connect(("127.0.0.1", master.port))
        self.address = "%s:%d" % self._socket.getsockname()

    def send(self, data):
        self._socket.sendall(data)

    def is_closed(self, within=DEADLINE):
        """Waits no longer than that for the master to close the connection."""
        end = time.monotonic() + within
        while (left := end - time.monotonic()) > 0:
            self._socket.settimeout(left)
            try:
                if not self._socket.recv(4096):
                    return True
            except ConnectionError:
                return True  # It was closed before everything that was sent had been read.
            except TimeoutError:
                break
        return False

    def leave(self):
        self._socket.close()


class Relay:
    """On the path from slaves to a master: what they say to each other passes, as long as nobody
    wants anything else. With a `pass_on` only what that returns passes to the master."""

    def __init__(self, port):
        self.pass_on = None
        self._master = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._sockets = []
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def _accept(self):
        while True:
            try:
                slave = self._listener.accept()[0]
                master = socket.create_connection(self._master)
            except OSError:
                return
            self._sockets += [slave, master]
            for ends in ((slave, master), (master, slave)):
                self._threads.append(threading.Thread(target=self._carry, args=ends))
                self._threads[-1].start()

    def _carry(self, source, sink):
        try:
            while data := source.recv(4096):
                to_master = sink.getpeername() == self._master
                sink.sendall(self.pass_on(data) if to_master and self.pass_on else data)
        except OSError:
            pass
        for end in (source, sink):
            self._shut(end)

    @staticmethod
    def _shut(end):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def end(self):
        self._shut(self._listener)
        self._threads[0].join()
        for end in self._sockets:
            self._shut(end)
        for thread in self._threads[1:]:
            thread.join()
        for end in (self._listener, *self._sockets):
            end.close()


class KeyFile:
    """The keys of some names, in a file that its owner alone can read."""

    def __init__(self, path, *names):
        self.path = path
        self._keys = {name: secrets.token_hex(32) for name in names}
        self.write(*names)

    def only(self, path, *names):
        """Another file, with the same keys of these names."""
        other = KeyFile(path)
        other._keys = self._keys
        other.write(*names)
        return other

    def write(self, *names):
        """The keys of these alone."""
        self.write_text("".join(f"{name}:{self._keys[name]}\n" for name in names))

    def write_text(self, text):
        self.path.touch(mode=0o600)
        self.path.write_text(text)
