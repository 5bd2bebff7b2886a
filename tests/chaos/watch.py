"""What has to be true all the while, whatever happens to the group.

All pages are functions of one clock, which all processes share. They are read together, so what
they differ by is the true error.
"""

import mmap
import time

from chaos.daemons import Failure
from harness.pages import Page, raw_now
from harness.programs import SLOWNESS

ROUNDING = 5  # ns
# What a daemon says arrives a little later than what it does.
HEARSAY = 0.25
# Until one master leads those that reach each other: one and a quarter patience, and as much again
# for what this machine takes to run all of it.
TAKEOVER = 4.0
# A clock that has not reached its master for as long as two cycles take, and neither was told
# lately, a takeover included, nor has followed it for as long, cannot know what becomes of the line:
# others make it meanwhile.
REACHED = FOLLOWED = 2.0
TOLD_LATELY = 3.0
# Until a clock that was paused is right again at the latest, once it reaches a master that has sync
# cycles. One whose line is contradicted tells no clock anything before that is settled, which takes
# twelve times --found-after while new clocks come, and here they come all the time.
RIGHT_AGAIN = 65.0
CYCLES = 2.0
# What a clock is told so soon after it was paused may have been on its way before, in ns.
ON_THE_WAY = 1_000_000_000
# How far a clock that belongs to the group is moved beyond what its bounds say, in ns.
MOVED = 100_000

SEQUENCE, SYNCHRONIZED, RAW_ANCHOR, HOST_ANCHOR, DRIFT, ANCHOR = 2, 3, 4, 5, 6, 7
BOUND, CHANGE = 13, 25


def raw_of(words, host):
    """When that host time was, by the raw clock of that host."""
    return words[RAW_ANCHOR] + round((host - words[HOST_ANCHOR]) / (1 + words[DRIFT] * 1e-9))


def told_at(daemon, words):
    """When it was told last, by the raw clock that nobody holds."""
    return daemon.host.real(raw_of(words, words[ANCHOR]))


def reach(daemon, master):
    return (
        daemon.state == master.state == "running"
        and daemon.machine.network == master.machine.network
    )


class Times:
    """For how long something has been true, in seconds, of each of several things."""

    def __init__(self):
        self._since = {}

    def see(self, things, raw):
        """These are those of which it is true now."""
        self._since = {thing: self._since.get(thing, raw) for thing in things}

    def __call__(self, thing, raw):
        return (raw - self._since.get(thing, raw)) / 1e9


class View:
    """The page of one life of a daemon, and what was in it last."""

    def __init__(self, daemon):
        self.life = daemon.lives
        self.words = None
        self.time = None
        with open(daemon.page_path, "rb") as file:
            self.memory = mmap.mmap(file.fileno(), Page.FORMAT.size, prot=mmap.PROT_READ)


class Watch:
    def __init__(self, daemons):
        self.daemons = daemons
        self.masters = [daemon for daemon in daemons if daemon.machine.address in daemon.leaders]
        self.checks = 0
        self.exempt = 0  # clocks on a line of their own, until they are told
        self.adrift = 0  # clocks that are cut off, or were a moment ago
        self.beyond = 0  # those of them that are beyond their bounds
        self.worst = 0.0  # largest error in terms of its bound
        self._views = {}
        self._beyond = Times()  # their bounds
        self._reached = Times()
        self._followed = Times()
        self._cycles = Times()
        self._led_since = {}
        self._away = {}  # when those were last paused that are not right again yet
        self._moves = []  # (when, the daemon, its line, by how much), to be judged

    def look(self):
        """Throws Failure."""
        for daemon in self.daemons:
            daemon.check_alive()
        raw, readings = self._read_together()
        self._check_bounds(raw, readings)
        self._check_moves(raw)
        self._check_leaders(time.monotonic())

    # --- pages ---

    def _view(self, daemon):
        view = self._views.get(daemon)
        if view is None or view.life != daemon.lives:
            try:
                view = self._views[daemon] = View(daemon)
            except (FileNotFoundError, ValueError):
                return None  # It has only just been started.
        return view

    def _read_together(self):
        """An instant, and by daemon what its page says about it; those that change are left out."""
        views = {}
        for daemon in self.daemons:
            if daemon.state not in ("down", "paused") and (view := self._view(daemon)):
                views[daemon] = view
        before = [view.memory[:] for view in views.values()]
        raw = raw_now()
        after = [view.memory[:] for view in views.values()]
        readings = {}
        for (daemon, view), first, second in zip(views.items(), before, after):
            words = Page.FORMAT.unpack(first)
            if first == second and words[0] == b"BERKELEY" and words[SEQUENCE] % 2 == 0:
                readings[daemon] = Page.evaluate(words, daemon.host.raw(raw))
                self._note_move(daemon, view, words, raw)
                self._check_forward(daemon, view, words, readings[daemon].time)
        return raw, readings

    def _note_move(self, daemon, view, words, raw):
        old = view.words
        known = old is not None and old[SYNCHRONIZED] and words[SYNCHRONIZED]
        if not known or words[ANCHOR] == old[ANCHOR]:
            return
        before = Page.evaluate(old, raw_of(words, words[ANCHOR]))
        beyond = abs(words[CHANGE]) - before.bound - words[BOUND]
        if beyond > MOVED and daemon not in self._away:
            change = words[CHANGE], before.bound
            self._moves.append((raw, daemon, daemon.lives, daemon.line, *change))

    @staticmethod
    def _check_forward(daemon, view, words, now):
        """A change is compared with what was before at the moment at which it was made."""
        old, earlier = view.words, view.time
        view.words, view.time = words, now
        if old is None or not old[SYNCHRONIZED]:
            return
        if not words[SYNCHRONIZED]:
            raise Failure(f"{daemon.name} has forgotten what its page said")
        back = earlier - now
        if words[SEQUENCE] - old[SEQUENCE] == 2:
            moment = raw_of(words, words[ANCHOR])
            back = Page.evaluate(old, moment).time - Page.evaluate(words, moment).time
        if back > ROUNDING:
            raise Failure(f"the clock of {daemon.name} went back by {back} ns")

    # --- bounds ---

    def _check_bounds(self, raw, readings):
        """Of each clock on the line of an active master, or on one that it goes on with."""
        readings = {daemon: read for daemon, read in readings.items() if read.synchronized}
        leading = [master for master in self.masters if master.leads and master in readings]
        pairs = [
            (daemon, master)
            for daemon in readings
            for master in leading
            if daemon is not master and self._is_on_line_of(master, daemon)
        ]
        self.exempt += len(readings.keys() - {daemon for daemon, _ in pairs} - set(leading))
        beyond = [
            (daemon, master)
            for daemon, master in pairs
            if self._exceeds(readings[daemon], readings[master])
        ]
        self._see_who_reaches_whom(raw)
        self._see_who_is_away(leading, raw)
        adrift = {pair for pair in pairs if self._is_adrift(pair, raw)}
        self.checks += len(pairs) - len(adrift)
        self.adrift += len(adrift)
        self.beyond += len(adrift.intersection(beyond))
        self._beyond.see(set(beyond) - adrift, raw)
        for daemon, master in beyond:
            if self._beyond((daemon, master), raw) > HEARSAY:
                self._fail(daemon, readings[daemon], master, readings[master])

    def _check_moves(self, raw):
        """A clock may be told to go to the line of another group, and not far on its own one. Which
        it is can be known a little later."""
        judged = [move for move in self._moves if raw - move[0] > 2 * HEARSAY * 1e9]
        self._moves = [move for move in self._moves if move not in judged]
        for when, daemon, life, line, change, bound in judged:
            if life == daemon.lives and line and daemon.line and daemon.line.includes(line, when):
                raise Failure(f"{daemon.name} was moved by {change} ns, with a bound of {bound} ns")

    def _see_who_is_away(self, leading, raw):
        self._away |= {daemon: raw for daemon in self.daemons if daemon.state == "paused"}
        self._cycles.see([master for master in leading if self._was_told(master, raw) < CYCLES], raw)
        for daemon, since in list(self._away.items()):
            pairs = [(daemon, master) for master in leading]
            if daemon in leading:
                pairs += [(other, daemon) for other in self.daemons]
            if self._was_put_right(daemon, since) or any(
                min(self._reached((follower, master), raw), self._cycles(master, raw))
                > RIGHT_AGAIN * SLOWNESS
                for follower, master in pairs
            ):
                del self._away[daemon]

    def _was_put_right(self, daemon, since):
        """By its members, if it leads; otherwise by a master that was not paused itself."""
        if daemon.contradicted > since:
            return True
        view = self._views.get(daemon)
        told_by = daemon.line and daemon.line.leader
        known = view and view.words and told_by and told_by not in self._away
        return bool(known) and told_at(daemon, view.words) > since + ON_THE_WAY

    def _was_told(self, daemon, raw):
        """For how long it was not, in seconds."""
        return (raw - told_at(daemon, self._views[daemon].words)) / 1e9

    def _see_who_reaches_whom(self, raw):
        pairs = [(d, m) for d in self.daemons for m in self.masters if d is not m and reach(d, m)]
        self._reached.see(pairs, raw)
        self._followed.see([(d, m) for d, m in pairs if d.follows], raw)

    def _is_on_line_of(self, master, daemon):
        line, leading = daemon.line, master.line
        told = told_at(daemon, self._views[daemon].words)
        return line and leading and leading.includes(line, told)

    def _is_adrift(self, pair, raw):
        told = self._was_told(pair[0], raw)
        away = any(daemon in self._away for daemon in pair)
        return away or self._reached(pair, raw) < REACHED or (
            told > TOLD_LATELY and self._followed(pair, raw) < FOLLOWED
        )

    def _exceeds(self, clock, reference):
        error, limit = abs(clock.time - reference.time), clock.bound + reference.bound
        if error > limit + ROUNDING:
            return True
        self.worst = max(self.worst, error / max(limit, 1))
        return False

    @staticmethod
    def _fail(daemon, clock, master, reference):
        raise Failure(
            f"{daemon.name} is {clock.time - reference.time} ns from {master.name}, and the "
            f"bounds are {clock.bound} and {reference.bound} ns "
            f"(last told in cycle {clock.cycle}; the master in {reference.cycle})"
        )

    # --- leaders ---

    def leaders(self):
        return [master for master in self.masters if master.leads and master.state == "running"]

    def _check_leaders(self, now):
        """Exactly one where masters reach each other and nothing has happened to them for long."""
        groups = {}
        for master in self.masters:
            if master.state == "running":
                groups.setdefault(master.machine.network, []).append(master)
        led = {}
        for members in groups.values():
            key = tuple((member.name, member.lives) for member in members)
            leading = [member.name for member in members if member.leads]
            led[key] = now if len(leading) == 1 else self._led_since.get(key, now)
            if now - led[key] > TAKEOVER * SLOWNESS:
                names = ", ".join(member.name for member in members)
                raise Failure(f"of {names}, these lead: {', '.join(leading) or 'none'}")
        self._led_since = led
