/// The unsteered clock of this machine: CLOCK_MONOTONIC_RAW plus an epoch read once.
///
/// `date -s` or a time daemon on this machine cannot disturb it. It can be made wrong on purpose,
/// by an offset and a drift, so that a wrong clock can be had anywhere. Units: std::chrono, or in
/// the name. Thread safety: const members from any thread.
#pragma once

#include "page/raw_clock.h"

namespace berkeley::host {

class HostClock {
  public:
    /// Reads the system clock once for the epoch. `offset` and `driftPpb` simulate a wrong clock.
    /// std::invalid_argument when the offset leads to a time that is not believable.
    explicit HostClock(Nanoseconds offset = {}, double driftPpb = 0);

    /// Goes on with a line of this run of the machine: what is known of a clock is known over its
    /// host time, so another epoch would make another clock of it.
    explicit HostClock(const page::HostLine& line) : line_(line) {}

    HostTime now() const { return line_.at(page::RawTimeline::now()); }
    const page::HostLine& line() const { return line_; }

  private:
    page::HostLine line_;
};

}  // namespace berkeley::host
