/// Steers the machine's system clock (CLOCK_REALTIME) after the group clock.
///
/// Units: std::chrono, or in the name. Thread safety: none. Errors: std::runtime_error with the
/// remedy.
#pragma once

#include <cstdint>
#include <optional>

#include "host/host_clock.h"
#include "sync/discipline.h"
#include "time/timeline.h"

namespace berkeley::host {

/// What can be done to a system clock; tests substitute their own.
class SystemClock {
  public:
    virtual ~SystemClock() = default;

    virtual SystemTime now() const = 0;
    virtual void step(Nanoseconds by) = 0;
    /// Slews the clock by `by` at the kernel's own rate of 500 ppm. Replaces a slew in progress;
    /// zero ends it.
    virtual void slew(Nanoseconds by) = 0;
    virtual double frequencyPpb() const = 0;
    virtual void setFrequencyPpb(double ppb) = 0;
};

/// This machine's system clock, through clock_adjtime(2). The kernel slews whole microseconds.
class KernelClock : public SystemClock {
  public:
    /// Throws when this process may not steer the clock (CAP_SYS_TIME).
    KernelClock();

    SystemTime now() const override;
    void step(Nanoseconds by) override;
    void slew(Nanoseconds by) override;
    double frequencyPpb() const override;
    void setFrequencyPpb(double ppb) override;
};

/// Makes a system clock show the group's time. It steps the clock the first time and whenever the
/// group clock has stepped, and slews it otherwise.
class SystemFollower {
  public:
    /// `clock` must outlive this.
    explicit SystemFollower(SystemClock& clock)
        : clock_(clock), frequencyBeforePpb_(clock.frequencyPpb()) {}

    /// Restores the frequency that the clock had before.
    ~SystemFollower();
    SystemFollower(const SystemFollower&) = delete;
    SystemFollower& operator=(const SystemFollower&) = delete;

    /// Follows the group clock over `host`, which is now in `state`.
    void follow(const HostClock& host, const sync::ClockState& state);

  private:
    SystemClock& clock_;
    double frequencyBeforePpb_;
    std::optional<std::uint32_t> steps_{};  ///< of the group clock, followed so far
};

}  // namespace berkeley::host
