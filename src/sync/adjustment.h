/// What a clock is told after a sync cycle: the line on which its correction must lie.
///
/// The line is relative to the clock's own unsteered clock, so it does not matter how long the
/// message takes or how often it arrives. A later one replaces it entirely. Units: std::chrono, or
/// in the name. Thread safety: values.
#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>

#include "sync/membership.h"
#include "sync/tuning.h"
#include "time/adjustable_clock.h"

namespace berkeley::sync {

/// How well a correction is known: not the limit of its error but the error to expect.
struct Deviation {
    Nanoseconds sigma{};         ///< standard deviation
    double driftDeviationPpb{};  ///< standard deviation of the rate

    /// Whether the rate was measured rather than guessed, and well enough to say something about
    /// the group's rate.
    bool driftKnown() const { return driftDeviationPpb < 1'000; }

    /// Whether the offset is known at all.
    bool offsetKnown() const { return sigma < kLargestSigma; }

    /// Returns `sigma` after `elapsed` without an adjustment. A clock that is left alone gets worse
    /// by more than the deviation of its rate, because rates wander. At most `kLargestSigma`,
    /// however large a `sigma` came from a peer.
    Nanoseconds after(Nanoseconds elapsed) const {
        assert(sigma >= Nanoseconds::zero() && driftDeviationPpb >= 0);
        return std::min(
            sigma + driftOver(std::chrono::abs(elapsed), driftDeviationPpb + kAloneWanderPpb),
            kLargestSigma);
    }

    friend bool operator==(const Deviation&, const Deviation&) = default;
};

/// Returns the deviation of a sum of two terms with independent errors.
inline Deviation both(const Deviation& a, const Deviation& b) {
    const double sigma =
        std::hypot(static_cast<double>(a.sigma.count()), static_cast<double>(b.sigma.count()));
    return {std::min(Nanoseconds{std::llround(sigma)}, kLargestSigma),
            std::hypot(a.driftDeviationPpb, b.driftDeviationPpb)};
}

struct Adjustment {
    std::uint32_t cycle{};
    HostTime reference;        ///< on the recipient's unsteered clock
    Nanoseconds correction{};  ///< group time minus host time at `reference`
    double frequencyPpb{};     ///< the rate at which the correction grows after `reference`
    Nanoseconds bound{};       ///< the correction's largest possible error at `reference`
    double boundGrowthPpb{};   ///< the rate at which that bound grows with the distance from
                               ///< `reference`
    Deviation deviation{};     ///< of the correction at `reference`
    Membership membership{};   ///< whose line it is

    Nanoseconds correctionAt(HostTime host) const {
        return correction + driftOver(host - reference, frequencyPpb);
    }
    /// Returns the line and the bound of a clock that is on this line.
    BoundedLine line() const {
        return {CorrectionLine::through(reference, correction, frequencyPpb), reference, bound,
                boundGrowthPpb};
    }

    friend bool operator==(const Adjustment&, const Adjustment&) = default;
};

}  // namespace berkeley::sync
