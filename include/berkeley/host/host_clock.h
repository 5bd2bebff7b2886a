/// The clock of this machine that nobody steers: CLOCK_MONOTONIC_RAW plus an epoch read once.
///
/// `date -s` or a time daemon on this machine cannot disturb it. It can be made wrong on purpose,
/// by an offset and a drift, so that a wrong clock can be had anywhere. Units: std::chrono, or in
/// the name. Thread safety: const members from any thread.
#pragma once

#include "berkeley/time/system_time.h"
#include "berkeley/time/timeline.h"

namespace berkeley {

/// CLOCK_MONOTONIC_RAW: nanoseconds since this machine started, the same for all its processes.
struct RawTimeline {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = Nanoseconds;
    using time_point = std::chrono::time_point<RawTimeline, duration>;
    static constexpr bool is_steady = true;

    static time_point now();
};

using RawTime = RawTimeline::time_point;

/// The system clock, which anyone may set: an epoch, and what timestamps are compared with.
SystemTime systemNow();

/// Host time as a line over the raw clock.
struct HostLine {
    RawTime raw;
    HostTime host;      ///< at `raw`
    double driftPpb{};  ///< simulated; 0 for an honest clock

    HostTime at(RawTime time) const;
};

class HostClock {
  public:
    /// Reads the system clock once for the epoch. `offset` and `driftPpb` simulate a wrong clock.
    /// std::invalid_argument when the offset leads to a time that is not believable.
    explicit HostClock(Nanoseconds offset = {}, double driftPpb = 0);

    HostTime now() const { return line_.at(RawTimeline::now()); }
    const HostLine& line() const { return line_; }

  private:
    HostLine line_;
};

}  // namespace berkeley
