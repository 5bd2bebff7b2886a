#include "sync/line_error.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "sync/tuning.h"

namespace berkeley::sync {
namespace {

/// Beyond all believable times.
constexpr double kUnknown = 1e19;

double square(double value) { return value * value; }
double toNanoseconds(Nanoseconds span) { return static_cast<double>(span.count()); }

/// No measurement is better than the nanosecond in which it is counted.
double noiseOf(Nanoseconds sigma) { return square(toNanoseconds(sigma)) + 1; }

Nanoseconds rounded(double nanoseconds) {
    const double most = static_cast<double>((kTimeLimit - Nanoseconds{1}).count());
    return std::min(Nanoseconds{std::llround(std::clamp(nanoseconds, -most, most))},
                    kTimeLimit - Nanoseconds{1});
}

}  // namespace

LineError::LineError(double offset, double rate)
    : offsetVariance_(square(offset)), rateVariance_(square(rate)) {
    assert(offset >= 0 && rate >= 0);
}

LineError::LineError(const Deviation& known)
    : LineError(toNanoseconds(known.sigma), known.driftDeviationPpb) {}

LineError LineError::unknown(double driftDeviationPpb) { return {kUnknown, driftDeviationPpb}; }

bool LineError::isUnknown() const { return offsetVariance_ >= square(kUnknown); }

void LineError::age(Nanoseconds elapsed) {
    assert(elapsed >= Nanoseconds::zero());
    const double seconds = toSeconds(elapsed);
    const double wander = square(kLineWanderPpb) * seconds;
    offsetVariance_ += seconds * (2 * covariance_ + seconds * (rateVariance_ + wander / 3));
    covariance_ += seconds * (rateVariance_ + wander / 2);
    rateVariance_ += wander;
}

Deviation LineError::deviation() const {
    return {std::min(rounded(std::sqrt(offsetVariance_)), kLargestSigma), std::sqrt(rateVariance_)};
}

/// Returns the variance of the offset as it was then, plus that of the noise.
double LineError::expectedVariance(const Measured& measured) const {
    const double ago = toSeconds(measured.ago);
    return offsetVariance_ - ago * (2 * covariance_ - ago * rateVariance_) +
           noiseOf(measured.sigma);
}

bool LineError::admits(const Measured& measured) const {
    return square(toNanoseconds(measured.offset)) <=
           square(double{kGate}) * expectedVariance(measured);
}

LineError::Shift LineError::learn(const Measured& measured) {
    const double ago = toSeconds(measured.ago);
    const double total = expectedVariance(measured);
    const double noise = noiseOf(measured.sigma);
    assert(total >= noise);
    // The covariances of the error then with the offset and the rate now.
    const double withOffset = offsetVariance_ - ago * covariance_;
    const double withRate = covariance_ - ago * rateVariance_;
    const double error = toNanoseconds(measured.offset);
    const Shift shift{rounded(withOffset / total * error), withRate / total * error};
    if (isUnknown()) {
        // The rate is known no better, and its error has added up since then.
        offsetVariance_ = noise + square(ago) * rateVariance_;
        covariance_ = ago * rateVariance_;
        return {measured.offset, 0};
    }
    const double best = std::min(offsetVariance_, noise);
    offsetVariance_ = std::max(offsetVariance_ - square(withOffset) / total, best);
    covariance_ -= withOffset * withRate / total;
    rateVariance_ = std::max(rateVariance_ - square(withRate) / total, 0.0);
    return shift;
}

}  // namespace berkeley::sync
