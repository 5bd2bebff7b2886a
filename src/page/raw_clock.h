/// The clocks of this machine on which the published page relies: the raw clock, which is never
/// steered, and how long the machine was suspended.
///
/// Units: std::chrono, or in the name. Thread safety: any thread.
#pragma once

#include <cstdint>

#include "time/timeline.h"

namespace berkeley::page {

/// CLOCK_MONOTONIC_RAW: nanoseconds since this machine started, the same for all its processes. It
/// stands still while the machine is suspended.
struct RawTimeline : Timeline<RawTimeline> {
    static time_point now();
};

using RawTime = RawTimeline::time_point;

/// Host time as a line over the raw clock.
struct HostLine {
    RawTime raw;
    HostTime host;      ///< at `raw`
    double driftPpb{};  ///< simulated; 0 for an honest clock

    HostTime at(RawTime time) const {
        const Nanoseconds elapsed = time - raw;
        return host + elapsed + (driftPpb == 0 ? Nanoseconds{} : driftOver(elapsed, driftPpb));
    }
};

/// Reads the system clock, which anyone may set. It serves as an epoch and for comparison with
/// timestamps.
SystemTime systemNow();

/// Reads the system clock as of the kernel's last tick, at most some milliseconds ago; this is
/// cheaper.
SystemTime coarseSystemNow();

/// How long this machine has been suspended since it started: between `atLeast` and `atMost`,
/// unless it is suspended during the call.
struct Suspension {
    Nanoseconds atLeast{};
    Nanoseconds atMost{};
};
Suspension suspension();

/// Identifies one run of this machine; different after each boot.
struct BootId {
    std::uint64_t high{};
    std::uint64_t low{};

    bool isKnown() const { return high != 0 || low != 0; }
    friend bool operator==(const BootId&, const BootId&) = default;
};

/// Returns the id of this run; unknown if the kernel does not tell it.
BootId bootId();

}  // namespace berkeley::page
