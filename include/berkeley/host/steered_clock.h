/// A daemon's group clock: the host's clock, the discipline above it, and the published
/// page.
///
/// Units: std::chrono. Thread safety: apply() from one thread, the rest from any.
#pragma once

#include <memory>
#include <mutex>
#include <optional>

#include "berkeley/host/host_clock.h"
#include "berkeley/host/shared_page.h"
#include "berkeley/host/system_clock.h"
#include "berkeley/sync/discipline.h"

namespace berkeley {

class SteeredClock {
  public:
    /// Publishes in `page` and steers `system` after the group clock, where they are given.
    SteeredClock(const HostClock& host, const Discipline& discipline,
                 std::unique_ptr<PageWriter> page = nullptr,
                 std::unique_ptr<SystemClock> system = nullptr);

    HostTime hostNow() const { return host_.now(); }
    const HostLine& hostLine() const { return host_.line(); }
    ClockState state() const;

    /// As Discipline::apply, at this moment, and published. Throws when the system clock, which is
    /// to follow, cannot be steered any more.
    std::optional<Change> apply(const Adjustment& adjustment, const AdjustmentSource& source = {});

  private:
    const HostClock host_;
    mutable std::mutex lock_;  ///< guards discipline_
    Discipline discipline_;
    const std::unique_ptr<PageWriter> page_;
    const std::unique_ptr<SystemClock> system_;
    std::optional<SystemFollower> follower_;
};

}  // namespace berkeley
