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

/// What can be done to a system clock; tests put their own in its place.
class SystemClock {
  public:
    virtual ~SystemClock() = default;

    virtual SystemTime now() const = 0;
    virtual void step(Nanoseconds by) = 0;
    /// Makes good `by` at the kernel's own rate of 500 ppm. Replaces a slew under way; zero ends
    /// it.
    virtual void slew(Nanoseconds by) = 0;
    virtual double frequencyPpb() const = 0;
    virtual void setFrequencyPpb(double ppb) = 0;
};

/// This machine's, through clock_adjtime(2). The kernel slews whole microseconds.
class KernelClock : public SystemClock {
  public:
    /// Throws when this process may not steer it (CAP_SYS_TIME).
    KernelClock();

    SystemTime now() const override;
    void step(Nanoseconds by) override;
    void slew(Nanoseconds by) override;
    double frequencyPpb() const override;
    void setFrequencyPpb(double ppb) override;
};

/// Makes a system clock show the group's time. It steps the first time and when the group clock has
/// stepped, else it slews.
class SystemFollower {
  public:
    /// `clock` outlives this.
    explicit SystemFollower(SystemClock& clock)
        : clock_(clock), frequencyBeforePpb_(clock.frequencyPpb()) {}

    /// Gives the clock back the frequency that it had before.
    ~SystemFollower();
    SystemFollower(const SystemFollower&) = delete;
    SystemFollower& operator=(const SystemFollower&) = delete;

    /// The group clock over `host` is in `state`: go on with it.
    void follow(const HostClock& host, const sync::ClockState& state);

  private:
    SystemClock& clock_;
    double frequencyBeforePpb_;
    std::optional<std::uint32_t> steps_{};  ///< of the group clock, followed so far
};

}  // namespace berkeley::host
