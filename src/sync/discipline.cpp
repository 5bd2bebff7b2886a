#include "sync/discipline.h"

#include <algorithm>
#include <cassert>

namespace berkeley::sync {

Nanoseconds ClockState::boundAt(HostTime host) const {
    return adjustment.boundAt(host) + std::chrono::abs(line.pendingAt(host));
}

std::optional<Deviation> ClockState::deviationAt(HostTime host) const {
    if (!synchronized || suspect) {
        return std::nullopt;
    }
    const Deviation& told = adjustment.deviation;
    // Neither is larger than what can be said.
    const Nanoseconds sigma =
        told.after(host - adjustment.reference) + std::chrono::abs(line.pendingAt(host));
    return Deviation{std::min(sigma, kTimeLimit - Nanoseconds{1}), told.driftPpb};
}

namespace {

/// A clock is not set so near to the end of what is believable that it would soon be beyond it.
constexpr std::chrono::years kHorizon{1};

bool isSafe(HostTime now, Nanoseconds correction) {
    return isBelievable(now, correction) && isBelievable(now + kHorizon, correction);
}

}  // namespace

std::optional<Change> Discipline::apply(HostTime now, const Adjustment& adjustment) {
    assert(adjustment.bound >= Nanoseconds::zero() && adjustment.boundGrowthPpb >= 0);
    const Nanoseconds target = adjustment.correctionAt(now);
    if (!isSafe(now, target)) {
        return std::nullopt;
    }
    const Nanoseconds offset = target - state_.line.at(now);
    const Change change{offset, mannerOf(now, offset)};
    switch (change.manner) {
        case Manner::stepped:
            ++state_.steps;
            [[fallthrough]];
        case Manner::set:
            state_.line = CorrectionLine::through(now, target, adjustment.frequencyPpb);
            break;
        case Manner::slewed:
            state_.line = state_.line.slewedTo(now, target, adjustment.frequencyPpb, maxSlewPpb_);
            break;
        case Manner::fastSlew:
            state_.line = state_.line.slewedTo(now, target, adjustment.frequencyPpb, kFastSlewPpb);
            break;
    }
    state_.synchronized = true;
    state_.suspect = false;
    state_.adjustment = adjustment;
    return change;
}

Manner Discipline::mannerOf(HostTime now, Nanoseconds offset) const {
    if (!state_.synchronized) {
        return Manner::set;
    }
    if (offset > step_) {
        return Manner::stepped;
    }
    // Once it is slowed down it is so to the end.
    const bool isFast = state_.line.slewPpb == -kFastSlewPpb &&
                        state_.line.pendingAt(now) < Nanoseconds::zero() &&
                        offset < Nanoseconds::zero();
    return isFast || offset < -step_ ? Manner::fastSlew : Manner::slewed;
}

}  // namespace berkeley::sync
