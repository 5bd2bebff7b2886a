#include "truncated_normal.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numbers>
#include <numeric>

namespace berkeley::sync {
namespace {

constexpr double kLogSqrtTwoPi = 0.91893853320467274;
/// An interval this narrow, in deviations, has a flat density.
constexpr double kNarrow = 1e-3;
/// Narrower intervals are as probable as this one, so that a logarithm exists.
constexpr double kNarrowest = 1e-9;
/// The smallest variance, in squared deviations, that rounding leaves intact.
constexpr double kSmallest = 1e-9;
/// Below this many deviations the density is exponential.
constexpr double kFarBelow = -30;

double logDensity(double x) { return -x * x / 2 - kLogSqrtTwoPi; }

double logDistribution(double x) { return std::log(std::erfc(-x / std::numbers::sqrt2) / 2); }

/// Far below zero, exp(-x * x / 2) is nearly exponential, so the distance below `high` has an
/// exponential distribution.
TruncatedNormal truncateFarBelow(double low, double high) {
    const double rate = -high, width = high - low;
    const double edge = std::exp(-rate * width), inside = -std::expm1(-rate * width);
    const double share = width * edge / inside;
    return {high - (1 / rate - share), 1 / (rate * rate) - share * width / inside,
            logDensity(high) - std::log(rate) + std::log(inside)};
}

/// For the standard normal variable and an interval that is not narrow and does not lie above zero.
TruncatedNormal truncateStandard(double low, double high) {
    if (high < kFarBelow) {
        return truncateFarBelow(low, high);
    }
    const double logLow = logDistribution(low), logHigh = logDistribution(high);
    const double logProbability =
        logHigh + std::log1p(-std::exp(std::min(logLow - logHigh, -1e-12)));
    const double atLow = std::exp(logDensity(low) - logProbability);
    const double atHigh = std::exp(logDensity(high) - logProbability);
    const double mean = atLow - atHigh;
    return {mean, 1 + low * atLow - high * atHigh - mean * mean, logProbability};
}

}  // namespace

TruncatedNormal truncate(double mean, double sigma, double low, double high) {
    assert(sigma > 0 && low <= high);
    const double from = (low - mean) / sigma, to = (high - mean) / sigma;
    if (to - from < kNarrow) {
        const double width = high - low;
        return {std::midpoint(low, high), width * width / 12,
                logDensity(std::midpoint(from, to)) + std::log(std::max(to - from, kNarrowest))};
    }
    // Mirrored if necessary, because only the lower tail can be computed.
    const bool mirrored = from > 0;
    TruncatedNormal result = mirrored ? truncateStandard(-to, -from) : truncateStandard(from, to);
    result.variance = std::max(result.variance, kSmallest) * sigma * sigma;
    result.mean = std::clamp(mean + (mirrored ? -sigma : sigma) * result.mean, low, high);
    return result;
}

}  // namespace berkeley::sync
