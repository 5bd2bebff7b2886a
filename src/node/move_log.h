/// Warns of what an adjustment seldom does to a clock: it steps forward, or is slowed down as far
/// as is allowed at all.
///
/// Thread safety: none.
#pragma once

#include <spdlog/logger.h>

#include "sync/discipline.h"

namespace berkeley::node {

class MoveLog {
  public:
    /// `logger` outlives it.
    explicit MoveLog(spdlog::logger& logger) : logger_(logger) {}

    /// An adjustment was applied. Of a clock that is slowed down for long, once.
    void moved(const sync::Change& change);

  private:
    spdlog::logger& logger_;
    bool isSlowed_ = false;
};

}  // namespace berkeley::node
