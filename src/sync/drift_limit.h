/// How far the rates of unsteered clocks are assumed to lie from the truth, and from each other.
///
/// Units: parts per billion. Thread safety: values.
#pragma once

namespace berkeley::sync {

/// No two clocks worth listening to are farther apart in rate. Up to this limit, the rate that a
/// clock is told and the growth of its bound stay within what the wire carries.
inline constexpr double kFastestPpb = 20'000'000;

struct DriftLimit {
    double ppb = 500'000;  ///< of one clock from the truth; above 0, at most kWidestPpb

    static constexpr double kWidestPpb = kFastestPpb / 2;

    /// Returns how far two clocks may lie apart.
    constexpr double betweenTwoPpb() const { return 2 * ppb; }
};

}  // namespace berkeley::sync
