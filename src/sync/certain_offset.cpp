#include "certain_offset.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "sync/tuning.h"

namespace berkeley::sync {
namespace {

double slopePpb(Nanoseconds rise, Nanoseconds run) {
    return static_cast<double>(rise.count()) / static_cast<double>(run.count()) * 1e9;
}

/// Returns the slowest and the fastest rate from anywhere in one interval to anywhere in the other.
std::pair<double, double> slopes(const Interval& from, const Interval& to, Nanoseconds run) {
    return {slopePpb(to.low - from.high, run), slopePpb(to.high - from.low, run)};
}

}  // namespace

bool CertainOffset::add(const Sample& sample) {
    const auto both = first_ ? intersection(at(sample.when), provenBy(sample)) : std::nullopt;
    const bool contradicts = first_ && !both;
    if (!both) {
        const Landmark now{sample.when, sample.offset};
        widenLimit(now);
        forget();
        first_ = now;
    }
    offset_ = both.value_or(provenBy(sample));
    when_ = sample.when;
    boundDrift();
    remember();
    assert(offset_.low <= offset_.high);
    return !contradicts;
}

Interval CertainOffset::at(HostTime when) const {
    const Nanoseconds age = when - when_;
    const Nanoseconds low = driftOver(age, driftLowPpb_), high = driftOver(age, driftHighPpb_);
    return {offset_.low + std::min(low, high), offset_.high + std::max(low, high)};
}

/// The two ends of the sample's interval were true at different times of the exchange.
Interval CertainOffset::provenBy(const Sample& sample) const {
    return {sample.offset.low + driftOver(sample.duration, std::min(driftLowPpb_, 0.0)),
            sample.offset.high + driftOver(sample.duration, std::max(driftHighPpb_, 0.0))};
}

void CertainOffset::forget() {
    driftLowPpb_ = -limitPpb_;
    driftHighPpb_ = limitPpb_;
    landmarks_.clear();
    distance_ = kLandmarkDistance;
}

/// Widens the limit to what explains how the offset came from the first sample to `now`. If no
/// clock is that fast, the clock was set. A contradiction between samples of one burst, whose drift
/// says little, also counts as a clock that was set.
void CertainOffset::widenLimit(const Landmark& now) {
    if (!first_ || now.when - first_->when < kLandmarkDistance) {
        return;
    }
    const auto [low, high] = slopes(first_->offset, now.offset, now.when - first_->when);
    const double fastest = std::max(-low, high);
    if (std::max(low, -high) <= kFastestPpb && fastest > assumedPpb_) {
        // The margin is more than what the durations of the exchanges hide, and more than the rate
        // will wander.
        limitPpb_ = std::min(fastest + assumedPpb_, kFastestPpb);
    }
}

void CertainOffset::boundDrift() {
    double low = -limitPpb_, high = limitPpb_;
    for (const Landmark& landmark : landmarks_) {
        const auto [lowest, highest] = slopes(landmark.offset, offset_, when_ - landmark.when);
        low = std::max(low, lowest - kWanderMarginPpb);
        high = std::min(high, highest + kWanderMarginPpb);
    }
    if (low <= high) {
        driftLowPpb_ = low;
        driftHighPpb_ = high;
    }
    if (driftLowPpb_ >= -assumedPpb_ && driftHighPpb_ <= assumedPpb_) {
        limitPpb_ = assumedPpb_;
    }
    assert(-limitPpb_ <= driftLowPpb_ && driftLowPpb_ <= driftHighPpb_ &&
           driftHighPpb_ <= limitPpb_);
    assert(assumedPpb_ <= limitPpb_ && limitPpb_ <= kFastestPpb);
}

void CertainOffset::remember() {
    if (!landmarks_.empty() && when_ - landmarks_.back().when < distance_) {
        return;
    }
    while (landmarks_.size() > 1 && when_ - landmarks_[1].when >= kLandmarkReach) {
        landmarks_.pop_front();
    }
    if (landmarks_.size() == kLandmarks) {
        // Drop every second landmark and add new ones half as often, so that they reach twice as
        // far.
        std::deque<Landmark> kept;
        for (std::size_t i = 0; i < landmarks_.size(); i += 2) {
            kept.push_back(landmarks_[i]);
        }
        landmarks_ = std::move(kept);
        distance_ *= 2;
    }
    landmarks_.push_back({when_, offset_});
}

}  // namespace berkeley::sync
