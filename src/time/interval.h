/// A closed interval of durations: what is certain about an offset, rather than a guess at it.
///
/// Units: nanoseconds. Thread safety: values. Source of the idea: Marzullo, "Maintaining the Time
/// in a Distributed System" (1984): a clock is an interval that contains the truth.
#pragma once

#include <algorithm>
#include <cassert>
#include <optional>

#include "time/timeline.h"

namespace berkeley {
inline namespace time {

struct Interval {
    Nanoseconds low{};
    Nanoseconds high{};  ///< never less than low

    constexpr Nanoseconds width() const {
        assert(low <= high);
        return high - low;
    }
    constexpr Nanoseconds midpoint() const { return low + width() / 2; }
    constexpr bool contains(Nanoseconds value) const { return low <= value && value <= high; }

    /// Returns the farthest that the truth can be from `value`.
    constexpr Nanoseconds farthestFrom(Nanoseconds value) const {
        assert(low <= high);
        return std::max(high - value, value - low);
    }
    /// `margin` must not be negative.
    constexpr Interval widened(Nanoseconds margin) const {
        assert(margin >= Nanoseconds::zero());
        return {low - margin, high + margin};
    }

    friend constexpr bool operator==(const Interval&, const Interval&) = default;
};

/// Returns what is certain if both intervals are; nothing if they contradict each other.
constexpr std::optional<Interval> intersection(const Interval& a, const Interval& b) {
    assert(a.low <= a.high && b.low <= b.high);
    const Interval both{std::max(a.low, b.low), std::min(a.high, b.high)};
    if (both.low > both.high) {
        return std::nullopt;
    }
    return both;
}

}  // namespace time
}  // namespace berkeley
