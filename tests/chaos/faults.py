"""What can happen to the group. Each is a generator: it strikes, yields, and heals.

It yields what there is to say about it. One that has to wait before it goes on striking yields
for what: a condition. Two faults of the same kind of thing never meet at one target, any others may.
"""

import collections
import os
import signal

from harness.programs import SLOWNESS

# What is struck, what can be struck (in a world; several at a time are a tuple), how, how often, and
# for how long at least, in seconds.
Fault = collections.namedtuple("Fault", "name what targets strike weight at_least", defaults=[0])

END_PATIENCE = 5.0
# Clocks that are behind by more than a second step forward.
PAUSE_AT_LEAST = 2.0


def kill(world, daemon, chance):
    daemon.kill()
    yield
    daemon.start()


def terminate(world, daemon, chance):
    daemon.ask_to_end()
    yield
    daemon.await_end(END_PATIENCE * SLOWNESS)
    daemon.start()


def set_clock(world, daemon, chance):
    """What a daemon that runs would not notice: nobody sets its unsteered clock. Its machine has
    started anew."""
    clock = world.draw_clock(chance)
    daemon.ask_to_end()
    yield " ".join(clock)
    daemon.await_end(END_PATIENCE * SLOWNESS)
    daemon.clock = clock
    daemon.forget()
    daemon.start()


def stop(world, daemon, chance):
    daemon.stop()
    yield
    daemon.go_on()


def pause(world, daemon, chance):
    """A virtual machine whose clocks stand still meanwhile."""
    daemon.pause()
    yield
    daemon.resume()


def restart(world, master, chance):
    """At once, so that its group may not have missed it."""
    forgets = chance.random() < 0.5
    master.kill()
    if forgets:
        master.forget()
    master.start()
    yield "forgetful" if forgets else ""


def restart_all(world, daemons, chance):
    for daemon in daemons:
        daemon.kill()
    yield
    for daemon in chance.sample(daemons, len(daemons)):
        daemon.start()


def make_young(world, masters, chance):
    """The standby is told the group's time for the first time, and then the active master is gone."""
    standby, active = masters
    standby.kill()
    standby.forget()
    standby.start()
    yield lambda: standby.line is not None
    active.kill()
    yield
    active.start()


def active_masters(world):
    return [master for master in world.masters if master.leads]


def pairs_of_masters(world):
    """A standby, and who leads it."""
    active = active_masters(world)
    return [(m, active[0]) for m in world.masters if m not in active and len(active) == 1]


def unplug(world, machine, chance):
    machine.set_link(False)
    yield
    machine.set_link(True)


def deafen(world, machine, chance):
    """It sends, and hears nothing."""
    machine.set_deaf(True)
    yield
    machine.set_deaf(False)


def split(world, network, chance):
    away = chance.sample(network.machines, chance.randint(1, len(network.machines) - 1))
    network.split(away)
    yield " ".join(machine.name for machine in away)
    network.heal()


def hold_up(world, relay, chance):
    """What is on its way arrives when it is over."""
    relay.signal(signal.SIGSTOP)
    yield
    relay.signal(signal.SIGCONT)


def fill(world, disk, chance):
    filler = disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(os.sysconf("SC_PAGESIZE")))
        except OSError:
            pass
    yield
    filler.unlink()


def trespass(world, machine, chance):
    stranger = world.start_stranger(machine, chance)
    yield
    world.bench.end(stranger)


FAULTS = [
    Fault("kill", "process", lambda world: world.daemons, kill, 4),
    Fault("terminate", "process", lambda world: world.daemons, terminate, 3),
    Fault("set clock", "process", lambda world: world.daemons, set_clock, 2),
    Fault("stop", "process", lambda world: world.daemons, stop, 4),
    Fault("pause", "process", lambda world: world.daemons, pause, 4, PAUSE_AT_LEAST),
    Fault("restart master", "process", active_masters, restart, 2),
    Fault("restart all", "process", lambda world: [tuple(world.daemons)], restart_all, 3),
    Fault("young standby", "process", pairs_of_masters, make_young, 3),
    Fault("unplug", "link", lambda world: world.network.machines, unplug, 3),
    Fault("deafen", "link", lambda world: world.network.machines, deafen, 2),
    Fault("split", "cable", lambda world: [world.network], split, 3),
    Fault("hold up", "relay", lambda world: world.relays, hold_up, 4),
    Fault("fill disk", "disk", lambda world: [world.disk], fill, 1),
    Fault("trespass", "stranger", lambda world: [world.outsider], trespass, 1),
]
