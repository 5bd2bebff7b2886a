/// The unsteered clock of this machine: CLOCK_MONOTONIC_RAW plus an epoch read once.
///
/// `date -s` or a time daemon on this machine cannot disturb it. An offset and a drift can make it
/// wrong on purpose, so that any machine can have a wrong clock. Units: std::chrono, or in the
/// name. Thread safety: const members from any thread.
#pragma once

#include "page/raw_clock.h"

namespace berkeley::host {

class HostClock {
  public:
    /// Reads the system clock once for the epoch. `offset` and `driftPpb` simulate a wrong clock.
    /// Throws std::invalid_argument when the offset leads to a time that is not believable.
    explicit HostClock(Nanoseconds offset = {}, double driftPpb = 0);

    /// Continues a line from this run of the machine. All that is known of a clock is known over
    /// its host time, so a new epoch would make it a different clock.
    explicit HostClock(const page::HostLine& line) : line_(line) {}

    HostTime now() const { return line_.at(page::RawTimeline::now()); }
    const page::HostLine& line() const { return line_; }

  private:
    page::HostLine line_;
};

}  // namespace berkeley::host
