/// What a clock is told after a sync cycle: the line on which its correction has to lie.
///
/// It is a difference to the clock's own unsteered clock, so it does not matter how long the
/// message takes, nor how often it arrives; a later one replaces it whole. Units: std::chrono, or
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

/// How well a correction is known: not the limit of its error, but the error to be expected.
struct Deviation {
    Nanoseconds sigma{};         ///< standard deviation
    double driftDeviationPpb{};  ///< standard deviation of the rate

    /// Whether the rate was measured, and is no guess: so well that it says something about the
    /// group's.
    bool driftKnown() const { return driftDeviationPpb < 1'000; }

    /// Beyond what is known of its rate, a clock that is left alone gets worse as rates wander. At
    /// most `kLargestSigma`, however large `sigma` came from a peer.
    Nanoseconds after(Nanoseconds elapsed) const {
        assert(sigma >= Nanoseconds::zero() && driftDeviationPpb >= 0);
        return std::min(
            sigma + driftOver(std::chrono::abs(elapsed), driftDeviationPpb + kAloneWanderPpb),
            kLargestSigma);
    }

    friend bool operator==(const Deviation&, const Deviation&) = default;
};

/// Of a sum of two whose errors have nothing to do with each other.
inline Deviation both(const Deviation& a, const Deviation& b) {
    const double sigma =
        std::hypot(static_cast<double>(a.sigma.count()), static_cast<double>(b.sigma.count()));
    return {std::min(Nanoseconds{std::llround(sigma)}, kLargestSigma),
            std::hypot(a.driftDeviationPpb, b.driftDeviationPpb)};
}

struct Adjustment {
    std::uint32_t cycle{};
    HostTime reference;        ///< on the unsteered clock of whom it is for
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
    /// That of a clock on it.
    BoundedLine line() const {
        return {CorrectionLine::through(reference, correction, frequencyPpb), reference, bound,
                boundGrowthPpb};
    }

    friend bool operator==(const Adjustment&, const Adjustment&) = default;
};

}  // namespace berkeley::sync
