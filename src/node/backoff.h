/// How long to wait before the next attempt: twice as long each time, up to a limit, and
/// randomized, so that the slaves do not all return to a restarted master at once.
///
/// Thread safety: none.
#pragma once

#include <random>

#include "time/timeline.h"

namespace berkeley::node {

class Backoff {
  public:
    Backoff(Nanoseconds first, Nanoseconds limit, std::uint32_t seed)
        : first_(first), limit_(limit), wait_(first), random_(seed) {}

    /// Returns a random time between half of the current wait and all of it.
    Nanoseconds next();
    void reset() { wait_ = first_; }

  private:
    Nanoseconds first_;
    Nanoseconds limit_;
    Nanoseconds wait_;
    std::mt19937 random_;
};

}  // namespace berkeley::node
