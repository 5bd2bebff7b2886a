/// A daemon's group clock: the host's clock, the discipline above it, and the page that publishes it.
///
/// Units: std::chrono. Thread safety: apply() from one thread, the rest from any.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "berkeley/host/host_clock.h"
#include "berkeley/host/shared_page.h"
#include "berkeley/sync/discipline.h"

namespace berkeley {

class SteeredClock {
  public:
    /// Publishes at `path` unless that is empty; errors as for PageWriter.
    SteeredClock(const HostClock& host, double maxSlewPpb, const std::string& path);

    HostTime hostNow() const { return host_.now(); }
    ClockState state() const;

    /// As Discipline::apply, at this moment, and published.
    std::optional<Change> apply(const Adjustment& adjustment);

  private:
    void update(const std::function<void(HostTime)>& change);

    const HostClock host_;
    mutable std::mutex lock_;  ///< guards discipline_
    Discipline discipline_;
    std::optional<PageWriter> page_;
};

}  // namespace berkeley
