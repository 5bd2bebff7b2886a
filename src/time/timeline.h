/// The timelines of this software: the unsteered time of one host, the group's time and the system
/// clock's time.
///
/// They are different std::chrono clocks, so the compiler refuses to mix them. None is read here:
/// the layers above read them and hand the time to the core.
///
/// Unit: nanoseconds since 1970-01-01 00:00 UTC in a signed 64-bit count. Thread safety: values.
#pragma once

#include <chrono>
#include <cstdint>

namespace berkeley {
inline namespace time {

using Nanoseconds = std::chrono::nanoseconds;

constexpr double toSeconds(Nanoseconds span) { return std::chrono::duration<double>(span).count(); }

/// The common part of the timelines; `Self` is the timeline.
template <class Self>
struct Timeline {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = Nanoseconds;
    using time_point = std::chrono::time_point<Self, duration>;
    static constexpr bool is_steady = true;
};

/// The unsteered clock of one host (CLOCK_MONOTONIC_RAW plus an epoch read once).
struct HostTimeline : Timeline<HostTimeline> {};

/// The time that the group has agreed on.
struct GroupTimeline : Timeline<GroupTimeline> {};

using HostTime = HostTimeline::time_point;
using GroupTime = GroupTimeline::time_point;

/// The system clock's time (CLOCK_REALTIME), in which the kernel gives its timestamps. The
/// machine's administrator sets and steers it, so nothing is measured in it: a kernel timestamp is
/// converted to host time at once.
using SystemTime = std::chrono::sys_time<Nanoseconds>;

/// Every believable time lies in [1970, 1970 + kTimeLimit), which ends in the year 2116. So the
/// difference of two believable times never overflows, nor does that of two such differences that
/// again describe believable times. Everything from outside is checked against this limit first.
inline constexpr Nanoseconds kTimeLimit{std::int64_t{1} << 62};

template <class Clock>
constexpr bool isBelievable(std::chrono::time_point<Clock, Nanoseconds> time) {
    return time.time_since_epoch() >= Nanoseconds::zero() && time.time_since_epoch() < kTimeLimit;
}

/// A correction is group time minus host time, for one clock at one instant.
constexpr GroupTime corrected(HostTime host, Nanoseconds correction) {
    return GroupTime{host.time_since_epoch() + correction};
}

/// Whether `correction` turns the believable `host` into a believable group time.
constexpr bool isBelievable(HostTime host, Nanoseconds correction) {
    return correction > -kTimeLimit && correction < kTimeLimit &&
           isBelievable(corrected(host, correction));
}

/// Whether a clock can have this rate: a clock that is off by more than a tenth is broken. False
/// for NaN.
constexpr bool isBelievableRate(double ppb) { return ppb >= -1e8 && ppb <= 1e8; }

/// Returns the nanoseconds that a frequency of `ppb` parts per billion adds over `elapsed`, rounded
/// to the nearest. `ppb` is from -1e9 to 1e9, because no clock runs backward.
Nanoseconds driftOver(Nanoseconds elapsed, double ppb);

}  // namespace time
}  // namespace berkeley
