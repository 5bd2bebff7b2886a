"""A slave behind a relay that delays every segment."""

from bench.bench_support import HELPERS, Bench, result_of
from harness.programs import free_port


def measure(args, up, down):
    """`up` is the delay towards the master, `down` the one towards the slave."""
    with Bench() as bench:
        master = bench.start_master()
        port = free_port()
        relay = bench.start_program("relay", HELPERS / "tcp_relay", port, master.port, up, down)
        relay.wait_for("relaying")
        slave = bench.start_slave("slave", "127.0.0.1", port)
        result = bench.sample(master, [slave], args)
        result["path"] = result_of(relay)
        return result


def normal(args):
    return measure(args, "normal:1000:300", "normal:1000:300")


def pareto(args):
    """The jitter is on the way to the slave only. Half of what the two ways always differ by cannot
    be seen by anybody; it is what a good estimate is wrong by."""
    result = measure(args, "constant:100", "pareto:100:1.7:50")
    half = (result["path"]["down_us"]["min"] - result["path"]["up_us"]["min"]) / 2
    result["half_smallest_asymmetry_us"] = round(half, 3)
    # The longer way down makes the slave look fast, and so it is put back.
    result["error_over_half_asymmetry"] = round(-result["error_us"]["signed_median"] / half, 3)
    return result
