/// Hands samples of the group's time to another time daemon of this machine, which then steers the
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

/// What the system clock showed, and what it ought to have shown.
struct TimeSample {
    SystemTime system;
    Nanoseconds offset{};  ///< group time minus system time
    Nanoseconds bound{};   ///< largest possible error of the group's time
};

/// Right now, by a synchronized clock. What a slew has not made good yet is part of the offset.
TimeSample sampleOf(const SteeredClock& clock);

class TimeFeed {
  public:
    virtual ~TimeFeed() = default;

    /// Throws std::runtime_error, with the remedy, when no daemon takes it.
    virtual void send(const TimeSample& sample) = 0;
};

/// To chronyd's "refclock SOCK PATH". Source: refclock_sock.c of chrony 4.
std::unique_ptr<TimeFeed> feedForChronySocket(const std::string& path);

/// To the shared memory of "refclock SHM UNIT" in chrony, and of driver 28 in ntpd and gpsd. Throws
/// std::runtime_error when it cannot be had or, of units 0 and 1, belongs to another user than root
/// or this one. Source: the description of driver 28 in the NTP reference implementation; mode 1.
std::unique_ptr<TimeFeed> feedForNtpMemory(std::uint32_t unit);

}  // namespace berkeley::host
