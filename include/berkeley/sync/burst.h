/// How many exchanges a burst with one slave has.
///
/// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <optional>

#include "berkeley/sync/estimator.h"

namespace berkeley {

/// Many while the clock is new; afterwards as many as it takes to find one that was hardly delayed;
/// fewer in a group so large that the master could not keep up. At least one. `estimate` is absent
/// before the first exchange; `slaves` is how many are polled in each `interval`.
int burstLength(const std::optional<Estimate>& estimate, std::size_t slaves, Nanoseconds interval);

}  // namespace berkeley
