#include "sync/discipline.h"

#include <cassert>

#include "sync/tuning.h"

namespace berkeley::sync {

Adjustment ClockState::told() const {
    return {.cycle = cycle,
            .reference = line.reference,
            .correction = line.correction + line.pendingAt(line.anchor) +
                          driftOver(line.reference - line.anchor, line.frequencyPpb),
            .frequencyPpb = line.frequencyPpb,
            .bound = line.bound,
            .boundGrowthPpb = line.boundGrowthPpb,
            .deviation = deviation,
            .membership = membership};
}

std::optional<Deviation> ClockState::deviationAt(HostTime host) const {
    if (!synchronized || suspect) {
        return std::nullopt;
    }
    const Nanoseconds sigma =
        deviation.after(host - line.reference) + std::chrono::abs(line.pendingAt(host));
    const Deviation known{sigma, deviation.driftDeviationPpb};
    return known.offsetKnown() ? std::optional{known} : std::nullopt;
}

namespace {

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
    const double slewPpb = change.manner == Manner::fastSlew ? kFastSlewPpb : maxSlewPpb_;
    const CorrectionLine line =
        isStep(change.manner) ? CorrectionLine::through(now, target, adjustment.frequencyPpb)
                              : state_.line.slewedTo(now, target, adjustment.frequencyPpb, slewPpb);
    state_ = {.line = {line, adjustment.reference, adjustment.bound, adjustment.boundGrowthPpb},
              .synchronized = true,
              .cycle = adjustment.cycle,
              .deviation = adjustment.deviation,
              .membership = adjustment.membership,
              .steps = state_.steps + (change.manner == Manner::stepped ? 1U : 0U)};
    return change;
}

Manner Discipline::mannerOf(HostTime now, Nanoseconds offset) const {
    if (!state_.synchronized) {
        return Manner::set;
    }
    if (offset > step_) {
        return Manner::stepped;
    }
    // Once a fast slew has begun, it continues to its end.
    const bool isFast = state_.line.slewPpb == -kFastSlewPpb &&
                        state_.line.pendingAt(now) < Nanoseconds::zero() &&
                        offset < Nanoseconds::zero();
    return isFast || offset < -step_ ? Manner::fastSlew : Manner::slewed;
}

}  // namespace berkeley::sync
