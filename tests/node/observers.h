/// Observers for tests.
#pragma once

#include <functional>
#include <utility>

#include "node/observer.h"

namespace berkeley::node {

/// Acts when a sync cycle has ended.
class OnCycle : public Observer {
  public:
    explicit OnCycle(std::function<void(const sync::CycleStatus&)> act) : act_(std::move(act)) {}
    void cycleEnded(const sync::CycleStatus& status) override { act_(status); }

  private:
    std::function<void(const sync::CycleStatus&)> act_;
};

}  // namespace berkeley::node
