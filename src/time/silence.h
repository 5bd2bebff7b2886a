/// When somebody who ought to be heard at intervals is silent: the one rule for pages, daemons and
/// whoever watches over them.
///
/// Units: std::chrono. Thread safety: pure functions.
#pragma once

#include <algorithm>

#include "time/timeline.h"

namespace berkeley {

/// After this long without a sync cycle, or an adjustment, something is wrong: six are missing. In
/// a shorter time than 5 s nobody would do anything about it.
constexpr Nanoseconds silenceAfter(Nanoseconds interval) {
    constexpr int kMissing = 6;
    constexpr std::chrono::seconds kAtLeast{5};
    return std::max<Nanoseconds>(kAtLeast, kMissing * interval);
}

}  // namespace berkeley
