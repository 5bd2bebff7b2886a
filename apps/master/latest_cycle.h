/// What became of a master's latest sync cycle, in a line for the service manager.
///
/// Thread safety: any thread.
#pragma once

#include <string>

#include "host/steered_clock.h"
#include "node/leadership.h"
#include "node/master_node.h"
#include "os/mutex.h"

namespace berkeley::apps {

class LatestCycle {
  public:
    void set(std::string line);
    std::string line() const;

  private:
    mutable os::Mutex lock_;
    std::string line_ GUARDED_BY(lock_) = "waiting for slaves";
};

/// What `latest`, which outlives them, is told before the events happen.
node::MasterEvents notedIn(LatestCycle& latest, node::MasterEvents events);

/// `leadership` may be nothing: a master without others is active.
std::string statusOf(const node::Leadership* leadership, const LatestCycle& latest,
                     const host::SteeredClock& clock);

}  // namespace berkeley::apps
