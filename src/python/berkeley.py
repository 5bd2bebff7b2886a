"""Reads this machine's share of a group's time, as a Berkeley daemon publishes it.

    import berkeley

    with berkeley.GroupClock() as clock:
        reading = clock.now()
        print(reading.time, reading.bound, reading.status)

Uses the C interface of libberkeley: the file that BERKELEY_LIBRARY in the environment names, the one
installed beside this module, or the system's. Times are nanoseconds since 1970-01-01 00:00 UTC
by the group's reckoning. Any thread may read a clock. docs/api.md says more.
"""

import ctypes
import os
from collections import namedtuple
from pathlib import Path

__all__ = ["Error", "GroupClock", "Reading", "version"]

_UNKNOWN_BOUND = 2**63 - 1


class Error(OSError):
    """Raised when nothing can be read. `code` is that of berkeley.h."""

    def __init__(self, code, path):
        text = _library.berkeley_error_text(code).decode()
        super().__init__(f"{os.fspath(path)}: {text}" if path else text)
        self.code = code


class Reading(namedtuple("Reading", "time bound earliest latest cycle status reason")):
    """One reading of the clock. The group's time is certainly between `earliest` and `latest`.

    `status` is "synchronized", "holdover" or "unsynchronized"; `reason` says why it is the last of
    these, otherwise "". While the bound is unknown, `bound`, `earliest` and `latest` are None.
    """

    __slots__ = ()


class _Reading(ctypes.Structure):
    _fields_ = [
        ("time", ctypes.c_int64),
        ("bound", ctypes.c_int64),
        ("earliest", ctypes.c_int64),
        ("latest", ctypes.c_int64),
        ("cycle", ctypes.c_uint64),
        ("status", ctypes.c_int32),
        ("reason", ctypes.c_int32),
    ]


def _load():
    name = os.environ.get("BERKELEY_LIBRARY")
    if not name:
        # First where this file was installed with the library, then where the system looks.
        folder = Path(__file__).resolve().parents[2]
        beside = [*folder.glob("libberkeley.so.1"), *folder.glob("*/libberkeley.so.1")]
        name = str(beside[0]) if beside else "libberkeley.so.1"
    library = ctypes.CDLL(name, use_errno=True)
    clock = ctypes.c_void_p
    library.berkeley_open.argtypes = [ctypes.c_char_p, ctypes.POINTER(clock)]
    library.berkeley_now.argtypes = [clock, ctypes.POINTER(_Reading)]
    library.berkeley_path.argtypes = [clock]
    library.berkeley_close.argtypes = [clock]
    library.berkeley_close.restype = None
    library.berkeley_version.argtypes = []
    for function in (
        library.berkeley_status_text,
        library.berkeley_reason_text,
        library.berkeley_error_text,
    ):
        function.argtypes = [ctypes.c_int]
        function.restype = ctypes.c_char_p
    library.berkeley_path.restype = ctypes.c_char_p
    library.berkeley_version.restype = ctypes.c_char_p
    return library


_library = _load()


def version():
    """Returns the version of the library, such as "0.1.0"."""
    return _library.berkeley_version().decode()


class GroupClock:
    """Reads the page at `path` or, without one, that of this machine's daemon. Raises Error."""

    def __init__(self, path=None):
        self._clock = ctypes.c_void_p()
        encoded = None if path is None else os.fsencode(path)
        if code := _library.berkeley_open(encoded, ctypes.byref(self._clock)):
            raise Error(code, path)

    def now(self):
        """Returns a Reading of the time right now."""
        if not self._clock:
            raise ValueError("the clock is closed")
        read = _Reading()
        _library.berkeley_now(self._clock, ctypes.byref(read))
        known = read.bound != _UNKNOWN_BOUND
        return Reading(
            time=read.time,
            bound=read.bound if known else None,
            earliest=read.earliest if known else None,
            latest=read.latest if known else None,
            cycle=read.cycle,
            status=_library.berkeley_status_text(read.status).decode(),
            reason=_library.berkeley_reason_text(read.reason).decode(),
        )

    @property
    def path(self):
        """The file that was opened."""
        if not self._clock:
            raise ValueError("the clock is closed")
        return os.fsdecode(_library.berkeley_path(self._clock))

    def close(self):
        """Closes the clock; from then on, no other thread may read it."""
        _library.berkeley_close(self._clock)
        self._clock = ctypes.c_void_p()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        self.close()
