"""What can happen to the group. Each is a generator: it strikes, yields, and heals.

Two faults of the same kind of thing never meet at one target, any others may.
"""

import collections
import os
import signal

from programs import SLOWNESS

# What is struck, what can be struck (in a world), and how.
Fault = collections.namedtuple("Fault", "name what targets strike weight")

END_PATIENCE = 5.0


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
    """What a daemon that runs would not notice: nobody sets its unsteered clock."""
    clock = world.draw_clock(chance)
    daemon.ask_to_end()
    yield " ".join(clock)
    daemon.await_end(END_PATIENCE * SLOWNESS)
    daemon.clock = clock
    daemon.start()


def stop(world, daemon, chance):
    daemon.stop()
    yield
    daemon.go_on()


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
    Fault("unplug", "link", lambda world: world.network.machines, unplug, 3),
    Fault("deafen", "link", lambda world: world.network.machines, deafen, 2),
    Fault("split", "cable", lambda world: [world.network], split, 3),
    Fault("hold up", "relay", lambda world: world.relays, hold_up, 4),
    Fault("fill disk", "disk", lambda world: [world.disk], fill, 1),
    Fault("trespass", "stranger", lambda world: [world.outsider], trespass, 1),
]
