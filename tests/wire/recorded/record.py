"""Records what the daemons say to each other, so that later ones can be tried against it.

Usage, in tests/: BERKELEY_BIN=FOLDER python3 -m wire.recorded.record VERSION

Writes slave-VERSION.bin, master-VERSION.bin, standby-VERSION.bin and announcements-VERSION.bin,
each the bytes of one direction of a connection. Recordings of released versions stay as they are.
"""

import socket
import sys
import threading
from pathlib import Path

from harness.daemons import DaemonTest
from harness.programs import free_port

HERE = Path(__file__).resolve().parent
FRAME = 64


class Relay:
    """Between one slave and its master; keeps both directions."""

    def __init__(self, port):
        self.said = {"slave": b"", "master": b""}
        self._master_port = port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        slave, _ = self._listener.accept()
        master = socket.create_connection(("127.0.0.1", self._master_port))
        other = threading.Thread(target=self._pump, args=(master, slave, "master"), daemon=True)
        other.start()
        self._pump(slave, master, "slave")

    def _pump(self, source, sink, name):
        try:
            while data := source.recv(4096):
                self.said[name] += data
                sink.sendall(data)
        except OSError:
            pass


class Recorder(DaemonTest):
    def runTest(self):
        version = sys.argv[1]

        def keep(name, data):
            whole = data[: len(data) // FRAME * FRAME]
            (HERE / f"{name}-{version}.bin").write_bytes(whole)
            print(f"{name}: {len(whole) // FRAME} frames")

        master = self.start_master(interval="200ms")
        relay = Relay(master.port)
        slave = self.start_slave("rack-7", relay.port, "--simulate-offset=3s", interval="500ms")
        slave.wait_for("Synchronized time", count=5)
        slave.end()
        keep("slave", relay.said["slave"])
        keep("master", relay.said["master"])

        with socket.create_server(("127.0.0.1", 0)) as second:
            port = free_port()
            peers = f"127.0.0.1:{second.getsockname()[1]},127.0.0.1:{port}"
            self.start_master("--peers", peers, port=port)
            connection, _ = second.accept()
            announced = b""
            while len(announced) < 4 * FRAME:
                announced += connection.recv(FRAME)
            keep("announcements", announced)
            with socket.create_connection(("127.0.0.1", port)) as stranger:
                stranger.sendall(relay.said["slave"][:FRAME])
                told = b""
                while data := stranger.recv(FRAME):
                    told += data
            keep("standby", told)


if __name__ == "__main__":
    result = Recorder().run()
    sys.exit(0 if result is None or result.wasSuccessful() else 1)
