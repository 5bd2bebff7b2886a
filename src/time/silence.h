/// When a peer that is to be heard at intervals counts as silent: the one rule for pages, daemons
/// and their watchdogs.
///
/// Units: std::chrono. Thread safety: pure functions.
#pragma once

#include <algorithm>

#include "time/timeline.h"

namespace berkeley {
inline namespace time {

/// After this long without a sync cycle, or an adjustment, something is wrong: six are missing. In
/// less than 5 s no operator could act on it.
constexpr Nanoseconds silenceAfter(Nanoseconds interval) {
    constexpr int kMissing = 6;
    constexpr std::chrono::seconds kAtLeast{5};
    return std::max<Nanoseconds>(kAtLeast, kMissing * interval);
}

}  // namespace time
}  // namespace berkeley
