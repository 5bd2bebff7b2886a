#include "berkeley/sync/estimator.h"

#include <algorithm>

namespace berkeley {
namespace {

/// How many bursts the drift is fitted over.
constexpr std::size_t kWindow = 16;

}  // namespace

void OffsetEstimator::beginBurst() { burstIsNew_ = true; }

void OffsetEstimator::add(const Sample& sample) {
    const Interval now = sample.offset.widened(driftOver(sample.delay, driftLimitPpb_));
    const auto both = bursts_.empty() ? now : intersection(carried(sample.when), now);
    if (!both) {
        bursts_.clear();
        burstIsNew_ = true;
    }
    certain_ = both.value_or(now);
    certainAt_ = sample.when;

    if (burstIsNew_) {
        bursts_.push_back(sample);
        burstIsNew_ = false;
    } else if (sample.delay < bursts_.back().delay) {
        bursts_.back() = sample;
    }
    if (bursts_.size() > kWindow) {
        bursts_.pop_front();
    }
}

std::optional<Estimate> OffsetEstimator::at(HostTime when) const {
    if (bursts_.empty()) {
        return std::nullopt;
    }
    const Sample& latest = bursts_.back();
    const std::optional<double> driftPpb = drift();
    const Interval certain = carried(when);
    const Nanoseconds offset =
        std::clamp(latest.offset.midpoint() + driftOver(when - latest.when, driftPpb.value_or(0)),
                   certain.low, certain.high);
    return Estimate{offset, certain.farthestFrom(offset), driftPpb};
}

std::optional<Nanoseconds> OffsetEstimator::delay() const {
    return bursts_.empty() ? std::nullopt : std::optional{bursts_.back().delay};
}

Interval OffsetEstimator::carried(HostTime when) const {
    const Nanoseconds age = when < certainAt_ ? certainAt_ - when : when - certainAt_;
    return certain_.widened(driftOver(age, driftLimitPpb_));
}

std::optional<double> OffsetEstimator::drift() const {
    if (bursts_.size() < 2) {
        return std::nullopt;
    }
    // Least squares around the first burst, so that the numbers are small.
    const Sample& first = bursts_.front();
    const double n = static_cast<double>(bursts_.size());
    double sumX = 0, sumY = 0, sumXX = 0, sumXY = 0;
    for (const Sample& burst : bursts_) {
        const double x = static_cast<double>((burst.when - first.when).count());
        const double y =
            static_cast<double>((burst.offset.midpoint() - first.offset.midpoint()).count());
        sumX += x;
        sumY += y;
        sumXX += x * x;
        sumXY += x * y;
    }
    const double spread = n * sumXX - sumX * sumX;
    if (spread <= 0) {
        return std::nullopt;
    }
    const double ppb = (n * sumXY - sumX * sumY) / spread * 1e9;
    return std::clamp(ppb, -driftLimitPpb_, driftLimitPpb_);
}

}  // namespace berkeley
