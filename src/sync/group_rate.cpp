#include "sync/group_rate.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "sync/average.h"
#include "sync/tuning.h"

namespace berkeley::sync {
namespace {

double meanOf(const std::map<SlaveId, double>& drifts) {
    std::vector<double> rates;
    rates.reserve(drifts.size());
    for (const auto& [slave, drift] : drifts) {
        rates.push_back(drift);
    }
    return robustMean(rates);
}

}  // namespace

void GroupRate::follow(HostTime now, const std::map<SlaveId, double>& drifts, std::size_t clocks) {
    const bool mostKnown = clocks > 1 && 2 * drifts.size() > clocks;
    if (founded_ && !drifts.empty()) {
        if (!mostKnown) {
            rates_.clear();  // Those present make the current rate, whatever their drifts are.
        }
        admit(drifts);
        ppb_ = unbiasedMean();
    } else if (mostKnown) {
        found(now, drifts);
    }
    if (founded_ && mostKnown) {
        const double mean = meanOf(drifts);
        // The master's clock may have been set back.
        const double passed = toSeconds(std::max(now - last_, Nanoseconds::zero()));
        const double most = kReturnPpb * passed;
        move(std::clamp(mean - ppb_, -most, most));
        move(std::clamp(ppb_, mean - kFarthestFromMeanPpb, mean + kFarthestFromMeanPpb) - ppb_);
    }
    last_ = now;
}

void GroupRate::found(HostTime now, const std::map<SlaveId, double>& drifts) {
    if (!firstKnown_) {
        firstKnown_ = now;
    }
    founded_ = now - *firstKnown_ >= kFounding;
    ppb_ = meanOf(drifts);
    rates_.clear();
    for (const auto& [slave, drift] : drifts) {
        rates_.emplace(slave, Rate{.driftPpb = drift, .biasPpb = drift - ppb_});
    }
}

/// Changes the biases so that the clocks that are still there, with their drifts of the previous
/// cycle, make the same rate as all clocks did. A new clock gets the bias with which it makes the
/// present rate.
void GroupRate::admit(const std::map<SlaveId, double>& drifts) {
    if (std::erase_if(rates_, [&](const auto& rate) { return !drifts.contains(rate.first); }) > 0) {
        const double without = unbiasedMean();
        for (auto& [slave, rate] : rates_) {
            rate.biasPpb += without - ppb_;
        }
    }
    for (const auto& [slave, drift] : drifts) {
        rates_.try_emplace(slave, Rate{.driftPpb = drift, .biasPpb = drift - ppb_});
        rates_.at(slave).driftPpb = drift;
    }
}

double GroupRate::unbiasedMean() const {
    std::vector<double> rates;
    for (const auto& [slave, rate] : rates_) {
        rates.push_back(rate.driftPpb - rate.biasPpb);
    }
    return robustMean(rates);
}

void GroupRate::move(double ppb) {
    ppb_ += ppb;
    for (auto& [slave, rate] : rates_) {
        rate.biasPpb -= ppb;
    }
}

}  // namespace berkeley::sync
