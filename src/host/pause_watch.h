/// Detects that this machine stood still, which its raw clock does not show.
///
/// A suspension stops CLOCK_MONOTONIC but not CLOCK_BOOTTIME. While its host stops a virtual
/// machine, only the real-time clock (RTC) continues; some hosts also report the stop, in a
/// VmClock. The sources of the times are passed in. Units: std::chrono. Thread safety: none.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "page/raw_clock.h"
#include "time/pause.h"

namespace berkeley::host {

/// Finds pauses by what is cheap to ask, in less than a microsecond: called before each
/// measurement.
class PauseWatch {
  public:
    struct Sources {
        std::function<page::Suspension()> suspension;
        std::function<std::uint64_t()> vmMarker;  ///< as VmClock::marker()
    };
    static Sources ofThisMachine();

    explicit PauseWatch(Sources sources = ofThisMachine());

    /// Counts as new whatever has happened since `suspended` and `vmMarker` had these values; a
    /// marker of 0 is unknown.
    void goOnFrom(Nanoseconds suspended, std::uint64_t vmMarker);

    /// Returns each pause once.
    std::optional<Pause> look();

    /// At the last look: the longest time that the machine can have been suspended.
    Nanoseconds suspended() const { return suspended_; }
    std::uint64_t vmMarker() const { return vmMarker_; }

  private:
    Sources sources_;
    Nanoseconds suspended_{};
    std::uint64_t vmMarker_{};
};

/// One reading of the RTC with the clocks that it is compared with.
struct RtcReading {
    std::chrono::seconds rtc{};  ///< since some epoch, rounded down
    Nanoseconds awake{};         ///< the raw clock, suspensions included
    SystemTime system;
};

/// Reads this machine's RTC, as the kernel shows it to all users; returns nothing where there is
/// none.
std::optional<RtcReading> readRtc();

/// Finds pauses by the RTC, which tells whole seconds and is slow to read: some 100 µs to a
/// millisecond.
///
/// The RTC continues while a virtual machine is stopped, so it jumps forward against the raw clock.
/// It also jumps when it is set. If it was wrong before and then agrees with the system clock, it
/// was set from that (as the kernel does every 11 minutes when NTP keeps the time); if it jumps
/// backward, it was set as well. An RTC that is set forward to any other time cannot be told from a
/// pause, and the clock is measured once more than necessary. A pause shorter than 2 s may go
/// unnoticed.
class RtcWatch {
  public:
    explicit RtcWatch(std::function<std::optional<RtcReading>()> read = readRtc)
        : read_(std::move(read)) {}

    /// Returns each pause once, to a second.
    std::optional<Pause> look();

  private:
    std::function<std::optional<RtcReading>()> read_;
    std::optional<RtcReading> last_;
};

}  // namespace berkeley::host
