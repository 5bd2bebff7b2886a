/// Turns the kernel's timestamps, which are system time, into times on the unsteered clock.
///
/// A timestamp is compared with a look at both clocks that follows it as soon as possible. The
/// result errs to one side only, by the uncertainty of the comparison, so that what follows from it
/// is certain. This makes two assumptions: the timestamp is right, and the system clock, where it
/// is steered, runs within 1000 ppm of its own rate (the kernel's discipline and adjtime() may add
/// 500 each). A comparison with the previous look reveals a clock that was set or is steered
/// harder; the timestamp does not count then. Units: std::chrono. Thread safety: none.
#pragma once

#include <optional>

#include "page/raw_clock.h"
#include "time/timeline.h"

namespace berkeley::host {

/// The system clock, read between two readings of the raw clock.
struct ClockLook {
    page::RawTime before;
    SystemTime system;
    page::RawTime after;

    /// Returns the narrowest of a few looks, in which nothing came between the readings.
    static ClockLook now();
};

/// The raw times between which the kernel's clock showed `stamp`. rawSpanOf() returns nothing when
/// `stamp` is in the future or more than a second old at the look `now`, or when the system clock
/// did not run evenly since `earlier`.
struct RawSpan {
    page::RawTime earliest, latest;
};
std::optional<RawSpan> rawSpanOf(SystemTime stamp, const ClockLook& earlier, const ClockLook& now);

class StampConverter {
  public:
    explicit StampConverter(const page::HostLine& host) : host_(host), last_(ClockLook::now()) {}

    /// Returns a time that is not before the arrival: by the kernel's timestamp, and in any case no
    /// later than `read`, when this program had the data.
    HostTime arrival(std::optional<SystemTime> stamp, HostTime read);

    /// Returns a time that is not after the departure: by the kernel's timestamp, and in any case
    /// no earlier than `sending`, when this program was about to send the data.
    HostTime departure(std::optional<SystemTime> stamp, HostTime sending);

  private:
    std::optional<RawSpan> spanOf(std::optional<SystemTime> stamp);

    page::HostLine host_;
    ClockLook last_;
};

}  // namespace berkeley::host
