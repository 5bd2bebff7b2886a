"""The group's time in Python."""

import sys

import berkeley

with berkeley.GroupClock(*sys.argv[1:2]) as clock:
    reading = clock.now()
    if reading.status == "unsynchronized":
        sys.exit(f"do not rely on it: {reading.reason}")
    print(reading.earliest, reading.time, reading.latest, reading.status)
