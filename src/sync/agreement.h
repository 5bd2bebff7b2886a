/// Where most of several clocks can be right at once.
///
/// Each clock names an interval in which a quantity lies. The intervals of the right clocks have
/// the truth in common. So the place that lies in most intervals contains it if fewer than half of
/// the clocks are wrong, by whatever amount. Source: Marzullo, "Maintaining the Time in a
/// Distributed System" (1984); RFC 5905, section 11.2.1, has the same sweep over the ends of the
/// intervals. Units: nanoseconds. Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "time/interval.h"

namespace berkeley::sync {

struct Agreement {
    Interval place;       ///< what the intervals that agree have in common
    std::size_t count{};  ///< how many intervals agree
};

/// Returns the place that lies in most intervals; of several, the latest. Returns nothing if there
/// are no intervals.
std::optional<Agreement> agreementOf(std::span<const Interval> intervals);

}  // namespace berkeley::sync
