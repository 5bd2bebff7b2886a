/// What a daemon tells Prometheus, in its text format; docs/monitoring.md describes every metric.
///
/// What has happened is counted here; what is the case now comes from the status. Units: seconds
/// and ratios, as is usual for Prometheus; unknown figures are left out. Thread safety: any thread.
#pragma once

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <array>
#include <optional>
#include <string>

#include "observe/peer_counts.h"
#include "observe/status.h"
#include "sync/cycle.h"
#include "sync/discipline.h"

namespace berkeley::observe {

class Metrics {
  public:
    /// Whether the daemon leads a group, follows a master, or does both in turn.
    Metrics(bool leads, bool follows);

    void cycleEnded(const sync::CycleStatus& status);
    void cycleSkipped();
    void joined();
    void adjusted(sync::Manner manner);
    void roleChanged();
    void paused(PauseKind kind);

    /// Returns all metrics, those of clocks for at most `mostClocks`, the first by name. `peers`
    /// are those of a master.
    std::string text(const Status& status, const std::optional<PeerCounts>& peers,
                     std::size_t mostClocks) const;

  private:
    prometheus::Registry registry_;
    prometheus::Counter* cycles_ = nullptr;
    prometheus::Counter* skipped_ = nullptr;
    prometheus::Counter* told_ = nullptr;
    prometheus::Histogram* duration_ = nullptr;
    prometheus::Histogram* lateness_ = nullptr;
    prometheus::Counter* joins_ = nullptr;
    std::array<prometheus::Counter*, sync::kManners.size()> adjustments_{};
    prometheus::Counter* roles_ = nullptr;
    std::array<prometheus::Counter*, kPauseKinds.size()> pauses_{};
};

}  // namespace berkeley::observe
