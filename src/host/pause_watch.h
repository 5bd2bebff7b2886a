/// Finds out that this machine stood still, which its raw clock does not show.
///
/// A suspension stops CLOCK_MONOTONIC and not CLOCK_BOOTTIME. A virtual machine that its host stops
/// has no clock that goes on but the real-time clock (RTC); some hosts also tell of it, in a
/// VmClock. Where the times come from is handed in. Units: std::chrono. Thread safety: none.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "page/raw_clock.h"
#include "page/vm_clock.h"
#include "time/pause.h"

namespace berkeley::host {

/// What is cheap to ask, in less than a microsecond: before each measurement.
class PauseWatch {
  public:
    struct Sources {
        std::function<page::Suspension()> suspension;
        std::function<std::uint64_t()> vmMarker;  ///< as VmClock::marker()
    };
    static Sources ofThisMachine();

    explicit PauseWatch(Sources sources = ofThisMachine());

    /// Whatever has happened since `suspended` and `vmMarker` were so is new; a marker of 0 is
    /// not known.
    void goOnFrom(Nanoseconds suspended, std::uint64_t vmMarker);

    /// Each pause once.
    std::optional<Pause> look();

    /// As of the last look: how long the machine had been suspended, at most.
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

/// This machine's, as the kernel shows it to everybody; nothing where there is none.
std::optional<RtcReading> readRtc();

/// The RTC tells whole seconds, and is slow to read: some 100 µs or a millisecond.
///
/// It goes on while a virtual machine is stopped, so it jumps forward against the raw clock. It
/// jumps as well when it is set. If it was wrong before and is afterwards the system clock's
/// time, it was set from that (as the kernel does every 11 minutes when NTP keeps the time), and if
/// it jumps backward, it was set as well. When it is set forward to another time, that cannot be
/// told from a pause, and the clock is measured once more than it had to be. What was shorter than
/// 2 s may not be found.
class RtcWatch {
  public:
    explicit RtcWatch(std::function<std::optional<RtcReading>()> read = readRtc)
        : read_(std::move(read)) {}

    /// Each pause once, to a second.
    std::optional<Pause> look();

  private:
    std::function<std::optional<RtcReading>()> read_;
    std::optional<RtcReading> last_;
};

}  // namespace berkeley::host
