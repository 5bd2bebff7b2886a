#include "berkeley/sync/discipline.h"

#include <cassert>
#include <cstdlib>

namespace berkeley {

Nanoseconds ClockState::boundAt(HostTime host) const {
    return adjustment.boundAt(host) + std::chrono::abs(line.pendingAt(host));
}

std::optional<Deviation> ClockState::deviationAt(HostTime host) const {
    if (!synchronized) {
        return std::nullopt;
    }
    const Deviation& told = adjustment.deviation;
    return Deviation{told.after(host - adjustment.reference), told.driftPpb};
}

namespace {

/// A clock is not set so near to the end of what is believable that it would soon be beyond it.
constexpr std::chrono::years kHorizon{1};

bool isSafe(HostTime now, Nanoseconds correction) {
    return isBelievable(now - kHorizon, correction) && isBelievable(now + kHorizon, correction);
}

}  // namespace

std::optional<Change> Discipline::apply(HostTime now, const Adjustment& adjustment) {
    assert(adjustment.bound >= Nanoseconds::zero() && adjustment.boundGrowthPpb >= 0);
    const Nanoseconds target = adjustment.correctionAt(now);
    if (!isSafe(now, target)) {
        return std::nullopt;
    }
    const Change change{.offset = target - state_.line.at(now), .stepped = !state_.synchronized};
    if (change.stepped) {
        clock_.setTo(now, target, adjustment.frequencyPpb);
    } else {
        clock_.slewTo(now, target, adjustment.frequencyPpb);
    }
    state_ = {clock_.line(), true, adjustment};
    return change;
}

}  // namespace berkeley
