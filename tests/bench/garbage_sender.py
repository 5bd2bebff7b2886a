"""A peer that a master has to bear with: connects, sends bytes without a meaning, is sent away, and
connects again, until it is killed.

Usage: garbage_sender.py PORT
"""

import os
import random
import socket
import sys
import time

PERIOD = 0.02
MAGIC = b"\xbe"


def send_garbage(port):
    with socket.create_connection(("127.0.0.1", port)) as master:
        # Half of it begins as a native frame does.
        master.sendall(random.choice([MAGIC, b""]) + os.urandom(256))
        while master.recv(4096):
            pass


def main():
    while True:
        try:
            send_garbage(int(sys.argv[1]))
        except OSError:
            pass  # The master has closed the connection, as it should.
        time.sleep(PERIOD)


if __name__ == "__main__":
    main()
