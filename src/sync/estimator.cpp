#include "sync/estimator.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>

#include "sync/tuning.h"

// What to know before changing this file.
//
// Two answers are computed side by side from the same samples and must not mix:
//
//   certain_   the limits within which offset and drift must lie. It uses no statistics.
//   filters_   where offset and drift probably are. They use statistics and may be wrong.
//
// They meet in two places: at() keeps the probable value within the certain limits, and
// isRuledOut() lets the limits refute the filters. Never let a filter narrow a limit: the bound of
// every clock in the group is made of the limits and holds only as long as no guess is in them.
//
// What happens to a sample, in this order:
//
//   1. certain_ takes the sample, whatever its delay. A slow exchange proves less, but what it
//      proves is certain. If the sample contradicts what was certain, the clock is no longer what
//      it was: begin().
//   2. The filters are carried on to the time of the sample, even if it is then left out: all of
//      them must stay at one time, when_.
//   3. Jitter::admit() decides whether the sample says anything, and notices a new route.
//   4. Each filter is scored by how well it predicted the sample, then learns from it. A filter
//      that scored itself after learning would praise itself.
//   5. Jitter::learn() comes last, with the offset as the filters see it now, because the residuals
//      are measured from there. The filters used the jitter as it was before this sample.
//
// Nothing is tuned to a clock or a path. The ten filters are five kinds of clock on two kinds of
// path. Their scores forget (kScoreKept), so that a different filter can win when the sun comes
// out.
//
// begin() handles three cases that look alike and differ in what is left:
//
//   the first sample   only what is remembered (an earlier run) or expected (the slave's word) is
//                      known: either helps if it is better and the sample does not refute it
//   a contradiction    the clock was set, or stood still: its offset is lost, but its rate probably
//                      is not, so the filters' drift stays, less sure (kDriftAfterStepPpb); the
//                      path is the same, so jitter_ stays
//   a ruled-out drift  the rate has changed: only the certain limits are left of it
//
// Only a contradiction makes add() return true: Group::record() then forgets that the slave was
// told anything. A ruled-out drift concerns only the estimate.
//
// What comes from the slave (an Expectation) may only help: it is used once, with the first sample,
// if it is surer than that sample alone, and it never enters the bound. Its rate deviation is used
// only for a clock whose drift is remembered, and only if it is smaller.
//
// A double has 53 bits, and a time in nanoseconds has 61. So the filters count offsets from origin_
// and times from when_; only at() goes back to whole nanoseconds.
//
// at() changes nothing and may be called for any time after the latest sample. Its deviation grows
// with what is not known of the drift, but not with the wander until then: Deviation::after() adds
// that for a clock that is left alone. It also leaves out how far the filters are from each other.
//
// All this runs for each exchange, under the group's lock, which all slaves share. `scripts/bench
// scale` shows what one more filter costs.

namespace berkeley::sync {
namespace {

/// Returns the standard deviation of a uniform distribution with this half-width.
double uniformSigma(double halfWidth) { return halfWidth / std::sqrt(3.0); }

}  // namespace

OffsetEstimator::OffsetEstimator(std::optional<RememberedDrift> remembered, DriftLimit limit)
    : remembered_(remembered), certain_(limit) {}

void OffsetEstimator::expect(HostTime when, Nanoseconds offset, const Deviation& deviation) {
    expectation_ = Expectation{when, offset, deviation};
}

void OffsetEstimator::beginBurst() { burstIsNew_ = true; }

bool OffsetEstimator::add(const Sample& sample) {
    assert(sample.offset.low <= sample.offset.high && sample.delay >= Nanoseconds::zero() &&
           sample.duration >= Nanoseconds::zero());
    const bool anew = !certain_.add(sample);
    if (!jitter_ || anew || isRuledOut(driftOfFilters())) {
        begin(sample);
    } else {
        advance(sample.when);
        observe(sample);
    }
    delay_ = burstIsNew_ ? sample.delay : std::min(delay_, sample.delay);
    burstIsNew_ = false;
    return anew;
}

std::optional<Estimate> OffsetEstimator::at(HostTime when) const {
    if (!jitter_) {
        return std::nullopt;
    }
    const FilterBank::Mean mean = filters_.mean();
    const double elapsed = toSeconds(when - when_);
    const Interval certain = certain_.at(when);
    const Nanoseconds offset =
        std::clamp(origin_ + Nanoseconds{std::llround(mean.offset + mean.drift * elapsed)},
                   certain.low, certain.high);
    const double drift = std::clamp(mean.drift, certain_.driftLowPpb(), certain_.driftHighPpb());
    assert(certain.contains(offset) && mean.offsetVariance > 0 && mean.driftVariance >= 0);
    return Estimate{
        .offset = offset,
        .bound = certain.farthestFrom(offset),
        .sigma = Nanoseconds{std::llround(std::sqrt(mean.offsetVarianceAfter(elapsed)))},
        .driftPpb = drift,
        .driftDeviationPpb = std::sqrt(mean.driftVariance),
        .boundGrowthPpb = std::max(certain_.driftHighPpb() - drift, drift - certain_.driftLowPpb()),
        .jitter = Nanoseconds{std::llround(jitter_->pollExcess() + jitter_->reportExcess())}};
}

std::optional<Nanoseconds> OffsetEstimator::delay() const {
    return jitter_ ? std::optional{delay_} : std::nullopt;
}

/// Nothing is left of the offset. But a clock that was set, or stood still for a while, continues
/// at its rate, and the path is the same.
void OffsetEstimator::begin(const Sample& sample) {
    origin_ = sample.offset.midpoint();
    when_ = sample.when;
    const auto delay = static_cast<double>(sample.delay.count());
    double offset = 0;
    double sigma = uniformSigma(delay / 2) + 1;
    RememberedDrift drift = jitter_ ? driftOfFilters() : remembered_.value_or(certainDrift());
    if (isRuledOut(drift)) {
        drift = certainDrift();
    }
    if (jitter_) {
        drift.driftDeviationPpb = std::max(drift.driftDeviationPpb, kDriftAfterStepPpb);
    } else {
        jitter_.emplace(delay);
        if (const std::optional<Nanoseconds> expected = expectedIn(sample, drift.ppb)) {
            // A claim may only help, because it comes from the slave.
            const Deviation& claimed = expectation_->deviation;
            if (const double claim = static_cast<double>(claimed.sigma.count()) + 1;
                claim < sigma) {
                offset = static_cast<double>((*expected - origin_).count());
                sigma = claim;
            }
            if (remembered_) {
                drift.driftDeviationPpb =
                    std::min(drift.driftDeviationPpb, claimed.driftDeviationPpb);
            }
        }
    }
    filters_.begin(offset, sigma, drift.ppb, drift.driftDeviationPpb);
}

RememberedDrift OffsetEstimator::driftOfFilters() const {
    const FilterBank::Mean mean = filters_.mean();
    return {mean.drift, std::sqrt(mean.driftVariance)};
}

/// Returns all that is known of the drift without the filters.
RememberedDrift OffsetEstimator::certainDrift() const {
    const double low = certain_.driftLowPpb(), high = certain_.driftHighPpb();
    return {std::midpoint(low, high), std::min(uniformSigma((high - low) / 2), kUsualDriftPpb)};
}

/// Whether the drift is far outside the certain limits: then the clock's rate is not what it was.
bool OffsetEstimator::isRuledOut(const RememberedDrift& drift) const {
    const double nearest = std::clamp(drift.ppb, certain_.driftLowPpb(), certain_.driftHighPpb());
    return std::abs(drift.ppb - nearest) > kRuledOut * drift.driftDeviationPpb;
}

/// Returns the expected offset at the time of the sample; nothing if there is none or the sample
/// contradicts it.
std::optional<Nanoseconds> OffsetEstimator::expectedIn(const Sample& sample,
                                                       double driftPpb) const {
    if (!expectation_) {
        return std::nullopt;
    }
    const Nanoseconds offset =
        expectation_->offset + driftOver(sample.when - expectation_->when, driftPpb);
    return sample.offset.contains(offset) ? std::optional{offset} : std::nullopt;
}

void OffsetEstimator::advance(HostTime when) {
    const double seconds = toSeconds(when - when_);
    filters_.advance(seconds);
    when_ = when;
}

void OffsetEstimator::observe(const Sample& sample) {
    if (!jitter_->admit(static_cast<double>(sample.delay.count()))) {
        return;
    }
    const Observation observation{
        .low = static_cast<double>((sample.offset.low - origin_).count()),
        .high = static_cast<double>((sample.offset.high - origin_).count())};
    filters_.observe(observation, *jitter_);
    jitter_->learn(observation, filters_.mean().offset);
}

}  // namespace berkeley::sync
