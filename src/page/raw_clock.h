/// The clocks of this machine that tell what the published page is about: the raw clock, which
/// nobody steers, and how long the machine was suspended.
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

/// The system clock, which anyone may set: an epoch, and what timestamps are compared with.
SystemTime systemNow();

/// The same as of the kernel's last tick, some milliseconds ago at most: cheaper to read.
SystemTime coarseSystemNow();

/// For how long this machine has been suspended since it started: between the two, unless that
/// happens just now.
struct Suspension {
    Nanoseconds atLeast{};
    Nanoseconds atMost{};
};
Suspension suspension();

/// Which run of this machine: a new one after each start.
struct BootId {
    std::uint64_t high{};
    std::uint64_t low{};

    bool isKnown() const { return high != 0 || low != 0; }
    friend bool operator==(const BootId&, const BootId&) = default;
};

/// This run's; unknown where the kernel does not tell it.
BootId bootId();

}  // namespace berkeley::page
