/// How far the rates of unsteered clocks are taken to lie from the truth, and from each other.
///
/// Units: parts per billion. Thread safety: values.
#pragma once

namespace berkeley::sync {

/// No two clocks that are worth listening to are farther apart in rate. What a clock is told about
/// its rate, and how fast its bound grows, stay within what the wire carries up to here.
inline constexpr double kFastestPpb = 20'000'000;

struct DriftLimit {
    double ppb = 500'000;  ///< of one clock from the truth; above 0, at most kWidestPpb

    static constexpr double kWidestPpb = kFastestPpb / 2;

    /// How far two of them may lie apart.
    constexpr double betweenTwoPpb() const { return 2 * ppb; }
};

}  // namespace berkeley::sync
