#include "sync/filter_bank.h"

#include <algorithm>
#include <cmath>

#include "sync/tuning.h"

namespace berkeley::sync {

FilterBank::FilterBank() {
    for (const double wander : kWandersPpb) {
        filters_.emplace_back(JitterKind::oneSided, wander);
        filters_.emplace_back(JitterKind::symmetric, wander);
    }
}

void FilterBank::begin(double offset, double offsetSigma, double drift, double driftDeviation) {
    for (OffsetFilter& filter : filters_) {
        filter.begin(offset, offsetSigma, drift, driftDeviation);
    }
}

void FilterBank::advance(double seconds) {
    for (OffsetFilter& filter : filters_) {
        filter.advance(seconds);
    }
}

void FilterBank::observe(const Observation& observation, const Jitter& jitter) {
    for (OffsetFilter& filter : filters_) {
        filter.observe(observation, jitter);
    }
}

FilterBank::Mean FilterBank::mean() const {
    double best = filters_.front().score();
    for (const OffsetFilter& filter : filters_) {
        best = std::max(best, filter.score());
    }
    Mean mean;
    double weights = 0;
    for (const OffsetFilter& filter : filters_) {
        if (filter.score() < best - kLikelihoodRange) {
            continue;
        }
        const double weight = std::exp(filter.score() - best);
        weights += weight;
        mean.offset += weight * filter.offset();
        mean.drift += weight * filter.drift();
        mean.offsetVariance += weight * filter.offsetVariance();
        mean.covariance += weight * filter.covariance();
        mean.driftVariance += weight * filter.driftVariance();
    }
    return {mean.offset / weights, mean.drift / weights, mean.offsetVariance / weights,
            mean.covariance / weights, mean.driftVariance / weights};
}

}  // namespace berkeley::sync
