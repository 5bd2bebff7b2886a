/// Warns of the rare adjustments that step a clock forward, or slow it by as much as is allowed.
///
/// Thread safety: none.
#pragma once

#include <spdlog/logger.h>

#include "sync/discipline.h"

namespace berkeley::node {

class MoveLog {
  public:
    /// `logger` must outlive it.
    explicit MoveLog(spdlog::logger& logger) : logger_(logger) {}

    /// Warns if the adjustment that was applied is one of these; once while the clock stays slowed.
    void moved(const sync::Change& change);

  private:
    spdlog::logger& logger_;
    bool isSlowed_ = false;
};

}  // namespace berkeley::node
