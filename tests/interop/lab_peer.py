"""A peer that speaks the lab's text, in both roles, written from the protocol's description alone.

The protocol: one TCP connection. The client sends what its clock shows, the server now and then
sends what it should show, both as Python's str(datetime): naive local time, with six digits of
microseconds or, where they are zero, with none; and nothing between one time and the next.

Prints one JSON object for each event, so that a test can read along. A difference is the other
side's time minus this side's clock, in seconds. Ends when the other side closes the connection
(client) or by a signal (server). Standard library only.
"""

import argparse
import datetime
import json
import re
import select
import socket
import sys
import threading
import time

TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{6})?")
SHORT = len("2026-11-24 15:00:00")
LONG = len("2026-11-24 15:00:00.123456")


class LabTimes:
    """Finds the times in a stream of characters that comes in arbitrary pieces."""

    def __init__(self):
        self._text = ""

    def feed(self, piece):
        """The times that are complete now; ValueError for what cannot become one."""
        self._text += piece
        times = []
        while match := TIME.match(self._text):
            rest = self._text[match.end() :]
            if match.end() == SHORT and (not rest or rest.startswith(".")):
                break  # The microseconds may still be on their way.
            times.append(datetime.datetime.fromisoformat(match.group()))
            self._text = rest
        if len(self._text) >= LONG:
            raise ValueError(f"not a time: {self._text!r}")
        return times

    def flush(self):
        """Nothing more came: the time without microseconds that was kept, if any."""
        if len(self._text) != SHORT:
            return []
        text, self._text = self._text, ""
        return [datetime.datetime.fromisoformat(text)]


class Clock:
    """This machine's local time plus an offset."""

    def __init__(self, offset):
        self._offset = datetime.timedelta(seconds=offset)

    def now(self):
        return datetime.datetime.now() + self._offset

    def text(self, microseconds=True):
        now = self.now()
        return str(now if microseconds else now.replace(microsecond=0))


def tell(event, **details):
    # One write for the whole line: two threads tell.
    sys.stdout.write(json.dumps({"event": event, **details}) + "\n")
    sys.stdout.flush()


def receive_times(connection, clock, event, **details):
    """Tells of every time that arrives, until the other side closes."""
    times = LabTimes()

    def tell_all(found, now):
        for moment in found:
            difference = (moment - now).total_seconds()
            tell(event, time=str(moment), difference=difference, **details)

    try:
        while piece := connection.recv(1024):
            now = clock.now()
            tell_all(times.feed(piece.decode("ascii")), now)
            # A time without microseconds is complete when nothing follows.
            if not select.select([connection], [], [], 0.2)[0]:
                tell_all(times.flush(), now)
    except OSError as error:
        tell("failed", reason=str(error), **details)
    except ValueError as error:
        tell("refused", reason=str(error), **details)
    tell("closed", **details)


def send_pieces(connection, text, cuts):
    """Cut behind the given characters, with a pause in which the other side reads the piece."""
    for start, end in zip([0, *cuts], [*cuts, len(text)]):
        if start:
            time.sleep(0.02)
        connection.sendall(text[start:end].encode("ascii"))


def run_client(options):
    clock = Clock(options.offset)
    connection = socket.create_connection((options.host, options.port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    tell("connected")
    closed = threading.Event()

    def receive():
        receive_times(connection, clock, "told")
        closed.set()

    receiver = threading.Thread(target=receive)
    receiver.start()
    sent = 0
    try:
        while not closed.wait(options.interval if sent else 0):
            if options.reports is not None and sent >= options.reports:
                break
            text = "".join(clock.text(options.microseconds) for _ in range(options.coalesce))
            send_pieces(connection, text, options.cut)
            sent += options.coalesce
            tell("sent", text=text)
        if options.leave:
            connection.shutdown(socket.SHUT_RDWR)
    except OSError as error:
        tell("failed", reason=str(error))
    receiver.join()
    connection.close()


def run_server(options):
    clock = Clock(options.offset)
    with socket.create_server((options.host, options.port)) as listener:
        tell("listening", port=listener.getsockname()[1])
        while True:
            connection, address = listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            peer = f"{address[0]}:{address[1]}"
            tell("connected", peer=peer)
            threading.Thread(
                target=serve, args=(connection, peer, clock, options), daemon=True
            ).start()


def serve(connection, peer, clock, options):
    def send():
        try:
            while not closed.wait(options.interval):
                text = clock.text(options.microseconds) * options.coalesce
                send_pieces(connection, text, options.cut)
                tell("sent", peer=peer, text=text)
        except OSError:
            pass  # The receiving side tells of it.

    closed = threading.Event()
    sender = threading.Thread(target=send)
    sender.start()
    receive_times(connection, clock, "report", peer=peer)
    closed.set()
    sender.join()
    connection.close()


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("role", choices=["client", "server"])
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8080, help="0: any (server)")
    parser.add_argument("--offset", type=float, default=0, help="of the clock, in seconds")
    parser.add_argument("--interval", type=float, default=5, help="between sendings, in seconds")
    parser.add_argument("--coalesce", type=int, default=1, help="so many times in one sending")
    parser.add_argument("--cut", type=int, nargs="*", default=[], help="after these characters")
    parser.add_argument("--no-microseconds", dest="microseconds", action="store_false")
    parser.add_argument("--reports", type=int, help="send so many, then wait (client)")
    parser.add_argument("--leave", action="store_true", help="... or leave (client)")
    return parser.parse_args(arguments)


def main():
    options = parse(sys.argv[1:])
    if options.role == "client":
        run_client(options)
    else:
        run_server(options)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
