/// When a peer that should be heard at intervals counts as silent: the one rule for pages, daemons
/// and their watchdogs.
///
/// Units: std::chrono. Thread safety: pure functions.
#pragma once

#include <algorithm>

#include "time/timeline.h"

namespace berkeley {
inline namespace time {

/// Returns how long without a sync cycle or an adjustment means that something is wrong: six are
/// missing. It is at least 5 s, because no operator could act sooner.
constexpr Nanoseconds silenceAfter(Nanoseconds interval) {
    constexpr int kMissing = 6;
    constexpr std::chrono::seconds kAtLeast{5};
    return std::max<Nanoseconds>(kAtLeast, kMissing * interval);
}

}  // namespace time
}  // namespace berkeley
