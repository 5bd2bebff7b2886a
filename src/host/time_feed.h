/// Hands samples of the group's time to another time daemon on this machine, which then steers the
/// system clock by its own rules.
///
/// Units: std::chrono. Thread safety: none. Nothing blocks.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "host/steered_clock.h"
#include "time/timeline.h"

namespace berkeley::host {

/// What the system clock showed, and what it should have shown.
struct TimeSample {
    SystemTime system;
    Nanoseconds offset{};  ///< group time minus system time
    Nanoseconds bound{};   ///< largest possible error of the group's time
};

/// Takes a sample right now, from a synchronized clock. What remains of a slew is part of the
/// offset.
TimeSample sampleOf(const SteeredClock& clock);

class TimeFeed {
  public:
    virtual ~TimeFeed() = default;

    /// Throws std::runtime_error, with the remedy, when no daemon takes the sample.
    virtual void send(const TimeSample& sample) = 0;
};

/// Feeds chronyd's "refclock SOCK PATH". Source: refclock_sock.c of chrony 4.
std::unique_ptr<TimeFeed> feedForChronySocket(const std::string& path);

/// Feeds the shared memory of "refclock SHM UNIT" in chrony, and of driver 28 in ntpd and gpsd.
/// Throws std::runtime_error when that is not available or when, for units 0 and 1, it belongs to a
/// user other than root and this one. Source: the description of driver 28 in the NTP reference
/// implementation; mode 1.
std::unique_ptr<TimeFeed> feedForNtpMemory(std::uint32_t unit);

}  // namespace berkeley::host
