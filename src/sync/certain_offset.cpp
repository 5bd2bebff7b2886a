#include "certain_offset.h"

#include <algorithm>

namespace berkeley {
namespace {

/// How far a rate can wander while the landmarks last, and how far back they go. Quartz changes by
/// less than this with a degree of temperature.
constexpr double kWanderPpb = 1'000;
constexpr std::chrono::minutes kReach{5};
constexpr std::size_t kLandmarks = 16;
/// Landmarks have at least this distance, so that they do not all lie in one burst.
constexpr std::chrono::milliseconds kDistance{50};

double slopePpb(Nanoseconds rise, Nanoseconds run) {
    return static_cast<double>(rise.count()) / static_cast<double>(run.count()) * 1e9;
}

}  // namespace

void CertainOffset::forget() {
    driftLowPpb_ = -kDriftLimitPpb;
    driftHighPpb_ = kDriftLimitPpb;
    landmarks_.clear();
    distance_ = kDistance;
    empty_ = true;
}

bool CertainOffset::add(const Sample& sample) {
    // The two ends of the interval were true at different times of the exchange.
    const Interval now = sample.offset.widened(driftOver(sample.duration, kDriftLimitPpb));
    const auto both = empty_ ? now : intersection(at(sample.when), now);
    if (!both) {
        forget();
    }
    const bool consistent = both.has_value();
    offset_ = both.value_or(now);
    when_ = sample.when;
    empty_ = false;
    boundDrift();
    remember();
    return consistent;
}

Interval CertainOffset::at(HostTime when) const {
    const Nanoseconds age = when - when_;
    const Nanoseconds low = driftOver(age, driftLowPpb_), high = driftOver(age, driftHighPpb_);
    return {offset_.low + std::min(low, high), offset_.high + std::max(low, high)};
}

void CertainOffset::boundDrift() {
    double low = -kDriftLimitPpb, high = kDriftLimitPpb;
    for (const Landmark& landmark : landmarks_) {
        const Nanoseconds run = when_ - landmark.when;
        low = std::max(low, slopePpb(offset_.low - landmark.offset.high, run) - kWanderPpb);
        high = std::min(high, slopePpb(offset_.high - landmark.offset.low, run) + kWanderPpb);
    }
    if (low <= high) {
        driftLowPpb_ = low;
        driftHighPpb_ = high;
    }
}

void CertainOffset::remember() {
    if (!landmarks_.empty() && when_ - landmarks_.back().when < distance_) {
        return;
    }
    while (landmarks_.size() > 1 && when_ - landmarks_[1].when >= kReach) {
        landmarks_.pop_front();
    }
    if (landmarks_.size() == kLandmarks) {
        // Every second one goes, and new ones come half as often, so that they reach twice as far.
        std::deque<Landmark> kept;
        for (std::size_t i = 0; i < landmarks_.size(); i += 2) {
            kept.push_back(landmarks_[i]);
        }
        landmarks_ = std::move(kept);
        distance_ *= 2;
    }
    landmarks_.push_back({when_, offset_});
}

}  // namespace berkeley
