/// Turns the kernel's timestamps, which are system time, into times on the unsteered clock.
///
/// A timestamp is compared with a look at both clocks that follows it as soon as possible. The
/// answer errs to one side only, by what the comparison leaves open, so that what follows from it
/// is certain. Two assumptions: the timestamp is right, and the system clock, where it is steered,
/// runs within 1000 ppm of its own rate (the kernel's discipline and adjtime() may add 500 each). A
/// clock that was set, or that is steered harder, shows when it is compared with the look before;
/// the timestamp does not count then. Units: std::chrono. Thread safety: none.
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

    /// The closest of a few, in which nothing came between.
    static ClockLook now();
};

/// Between which raw times the kernel's clock showed `stamp`. Nothing when it is no past time or
/// older than a second at the look `now`, or when the system clock did not run evenly since
/// `earlier`.
struct RawSpan {
    page::RawTime earliest, latest;
};
std::optional<RawSpan> rawSpanOf(SystemTime stamp, const ClockLook& earlier, const ClockLook& now);

class StampConverter {
  public:
    explicit StampConverter(const page::HostLine& host) : host_(host), last_(ClockLook::now()) {}

    /// Not before what arrived did so: by the kernel's timestamp, and in any case no later than
    /// `read`, when this program had it.
    HostTime arrival(std::optional<SystemTime> stamp, HostTime read);

    /// Not after what was sent left: by the kernel's timestamp, and in any case no earlier than
    /// `sending`, when this program was about to send it.
    HostTime departure(std::optional<SystemTime> stamp, HostTime sending);

  private:
    std::optional<RawSpan> spanOf(std::optional<SystemTime> stamp);

    page::HostLine host_;
    ClockLook last_;
};

}  // namespace berkeley::host
