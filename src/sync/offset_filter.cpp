#include "offset_filter.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

#include "sync/tuning.h"
#include "truncated_normal.h"

namespace berkeley::sync {
namespace {

/// The least share of the variance that an observation leaves, so that rounding cannot make it
/// negative.
constexpr double kLeft = 1e-6;

double logNormal(double deviation, double variance) {
    return -(deviation * deviation / variance + std::log(2 * std::numbers::pi * variance)) / 2;
}

}  // namespace

void OffsetFilter::begin(double offset, double offsetSigma, double drift, double driftDeviation) {
    score_ = 0;
    offset_ = offset;
    drift_ = drift;
    offsetVariance_ = offsetSigma * offsetSigma;
    covariance_ = 0;
    driftVariance_ = driftDeviation * driftDeviation;
    assert(isDistribution());
}

void OffsetFilter::advance(double seconds) {
    const double wander = wander_ * wander_ * seconds;
    offset_ += drift_ * seconds;
    offsetVariance_ += seconds * (2 * covariance_ + seconds * (driftVariance_ + wander / 3));
    covariance_ += seconds * (driftVariance_ + wander / 2);
    driftVariance_ += wander;
    assert(isDistribution());
}

void OffsetFilter::observe(const Observation& observation, const Jitter& jitter) {
    const double surprise = kind_ == JitterKind::oneSided ? observeOneSided(observation, jitter)
                                                          : observeSymmetric(observation, jitter);
    score_ = score_ * kScoreKept + std::max(surprise, kWorstSurprise);
}

/// The density of the observation given the offset is exp(-(poll's excess) / a) / a times
/// exp(-(report's excess) / b) / b between the two ends, and zero outside. As a function of the
/// offset, that is an exponential with rate 1/b - 1/a. Multiplied by a normal density, it gives a
/// normal density with a shifted mean, cut off at the ends of the interval.
double OffsetFilter::observeOneSided(const Observation& observation, const Jitter& jitter) {
    // The uncertainty of the ends is added to that of the offset.
    const double variance = offsetVariance_ + jitter.baseSigma() * jitter.baseSigma();
    const double low = observation.low + jitter.base();
    const double high = std::max(observation.high - jitter.base(), low);
    const double rate = 1 / jitter.reportExcess() - 1 / jitter.pollExcess();
    const TruncatedNormal inside =
        truncate(offset_ - rate * variance, std::sqrt(variance), low, high);
    const double surprise = inside.logProbability + rate * rate * variance / 2 -
                            (high - offset_) / jitter.pollExcess() -
                            (offset_ - low) / jitter.reportExcess() -
                            std::log(jitter.pollExcess() * jitter.reportExcess());

    const double gain = offsetVariance_ / variance;
    setOffset(offset_ + gain * (inside.mean - offset_),
              offsetVariance_ - gain * gain * (variance - inside.variance));
    return surprise;
}

double OffsetFilter::observeSymmetric(const Observation& observation, const Jitter& jitter) {
    const double deviation = std::midpoint(observation.low, observation.high) - offset_;
    const double variance = offsetVariance_ + jitter.middleVariance();
    const double roundTrip = observation.high - observation.low - jitter.roundTripMean();
    const double surprise =
        logNormal(deviation, variance) + logNormal(roundTrip, jitter.roundTripVariance());

    const double gain = offsetVariance_ / variance;
    setOffset(offset_ + gain * deviation, offsetVariance_ * (1 - gain));
    return surprise;
}

void OffsetFilter::setOffset(double mean, double variance) {
    const double before = offsetVariance_;
    const double after = std::max(variance, before * kLeft);
    const double slope = covariance_ / before;
    drift_ += slope * (mean - offset_);
    driftVariance_ += slope * slope * (after - before);
    covariance_ *= after / before;
    offset_ = mean;
    offsetVariance_ = after;
    assert(isDistribution());
}

/// Also false if a value is not finite. Rounding may make a correlation of one slightly larger.
bool OffsetFilter::isDistribution() const {
    constexpr double kRounding = 1 + 1e-6;
    return std::isfinite(offset_) && std::isfinite(drift_) && offsetVariance_ > 0 &&
           driftVariance_ >= 0 &&
           covariance_ * covariance_ <= kRounding * offsetVariance_ * driftVariance_;
}

}  // namespace berkeley::sync
