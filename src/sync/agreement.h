/// Where most of several clocks can be right at once.
///
/// Each says within which interval a quantity lies. Those that are right have the truth in common,
/// so the place that lies in most intervals has it, if fewer than half are wrong, by whatever they
/// like. Source: Marzullo, "Maintaining the Time in a Distributed System" (1984); RFC 5905, section
/// 11.2.1, has the same sweep over the ends of the intervals. Units: nanoseconds. Thread safety:
/// pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "time/interval.h"

namespace berkeley::sync {

struct Agreement {
    Interval place;       ///< what the intervals that agree have in common
    std::size_t count{};  ///< how many they are
};

/// The place in most intervals; of several, the latest. Nothing of no intervals.
std::optional<Agreement> agreementOf(std::span<const Interval> intervals);

}  // namespace berkeley::sync
