#include "jitter.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

#include "sync/tuning.h"

namespace berkeley::sync {
namespace {

/// Timestamps have whole nanoseconds.
constexpr double kResolution = 1;

/// The shortest of n sums of two exponential delays, with means a and b, has about a Rayleigh
/// distribution, with this mean and this deviation, each times sqrt(a b / n).
constexpr double kRayleighMean = 1.2533;
constexpr double kRayleighSigma = 0.6551;

void approach(double& mean, double value, double weight) {
    mean = std::max(mean + weight * (value - mean), kResolution);
}

double clippedSquare(double deviation, double variance) {
    return std::min(deviation * deviation, kClip * kClip * variance);
}

}  // namespace

void Jitter::restart(double roundTrip) {
    count_ = 1;
    pollExcess_ = reportExcess_ = std::max(roundTrip / 4, kResolution);
    middleVariance_ = std::max(roundTrip * roundTrip / 16, kResolution);
    roundTripMean_ = roundTrip;
    roundTripVariance_ = std::max(roundTrip * roundTrip / 4, kResolution);
    shortest_ = shortestOfWindow_ = roundTrip;
    seen_ = seenInWindow_ = 1;
    strangeInARow_ = farInARow_ = 0;
}

bool Jitter::admit(double roundTrip) {
    const double beyond = roundTrip - shortest_, usual = pollExcess_ + reportExcess_;
    const bool strange = beyond > kStrange * usual;
    strangeInARow_ = strange ? strangeInARow_ + 1 : 0;
    farInARow_ = beyond > kFar * usual ? farInARow_ + 1 : 0;
    const bool shorter = beyond < -kFar * usual;
    if (shorter || strangeInARow_ >= kStrangeOfNewRoute || farInARow_ >= kFarOfNewRoute) {
        restart(roundTrip);
    } else if (strange) {
        return false;
    }
    noteShortest(roundTrip);
    return true;
}

void Jitter::noteShortest(double roundTrip) {
    if (seenInWindow_ >= kShortestWindow) {
        shortest_ = std::exchange(shortestOfWindow_, roundTrip);
        seen_ = std::exchange(seenInWindow_, 0);
    }
    ++seen_;
    ++seenInWindow_;
    shortestOfWindow_ = std::min(shortestOfWindow_, roundTrip);
    shortest_ = std::min(shortest_, roundTrip);
    const double scale = std::sqrt(pollExcess_ * reportExcess_ / seen_);
    base_ = (shortest_ - kRayleighMean * scale) / 2;
    baseSigma_ = kRayleighSigma * scale / 2 + kResolution;
}

void Jitter::learn(const Observation& observation, double offset) {
    count_ = std::min(count_ + 1, kJitterMemory);
    assert(observation.low <= observation.high);
    const double weight = 1 / count_;
    const double poll = std::clamp(observation.high - offset - base_, 0.0, kClip * pollExcess_);
    const double report = std::clamp(offset - observation.low - base_, 0.0, kClip * reportExcess_);
    approach(pollExcess_, poll, weight);
    approach(reportExcess_, report, weight);

    const double middle = std::midpoint(observation.low, observation.high) - offset;
    approach(middleVariance_, clippedSquare(middle, middleVariance_), weight);
    const double roundTrip = observation.high - observation.low;
    const double deviation = roundTrip - roundTripMean_;
    approach(roundTripMean_, roundTrip, weight);
    approach(roundTripVariance_, clippedSquare(deviation, roundTripVariance_), weight);
}

}  // namespace berkeley::sync
