"""A peer that nobody invited: garbage, silence and half frames, until it is killed.

Usage: stranger.py SEED ADDRESS...
"""

import os
import random
import socket
import sys
import time

PERIOD = 0.1
SILENT = 20  # connections
FRAME = 64
HELLO = b"\xbe\x01\x01" + bytes(5) + b"stranger".ljust(FRAME - 8, b"\0")
ANNOUNCEMENT = b"\xbe\x01\x07\x01" + bytes(FRAME - 4)
PORT = 8080


def what_to_say(chance):
    return chance.choice([
        b"",
        os.urandom(256),
        b"\xbe\x01" + os.urandom(62),
        b"\x16\x03\x01" + os.urandom(200),
        HELLO[: chance.randint(1, FRAME - 1)],
        HELLO + os.urandom(FRAME),
        HELLO + HELLO,
        HELLO + ANNOUNCEMENT,
        ANNOUNCEMENT,
        b"2026-11-2",
    ])  # fmt: skip


def main():
    chance = random.Random(int(sys.argv[1]))
    held = []
    while True:
        try:
            peer = socket.create_connection((chance.choice(sys.argv[2:]), PORT), timeout=PERIOD)
            peer.sendall(what_to_say(chance))
            held.append(peer)
        except OSError:
            pass  # It is not there, or does not want this one.
        if len(held) > SILENT:
            held.pop(chance.randrange(len(held))).close()
        time.sleep(PERIOD)


if __name__ == "__main__":
    main()
