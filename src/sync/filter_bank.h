/// A bank of filters, one for each hypothesis about a slave's clock and path, and their common
/// result.
///
/// The hypotheses are all pairs of a wander (kWandersPpb) and a kind of jitter. The result is the
/// mean of the filters, weighted by how well each of them predicted the observations (Magill,
/// "Optimal adaptive estimation of sampled stochastic processes", 1965). All filters stay at one
/// time. A filter is never restarted alone, because its score would not be comparable.
///
/// Units: nanoseconds, seconds and ppb as double. Thread safety: none.
#pragma once

#include <vector>

#include "sync/offset_filter.h"

namespace berkeley::sync {

class FilterBank {
  public:
    FilterBank();

    /// Begins anew with what is known: means and standard deviations.
    void begin(double offset, double offsetSigma, double drift, double driftDeviation);

    void advance(double seconds);

    /// Scores each filter by how well it predicted the observation, then lets it learn from it.
    void observe(const Observation& observation, const Jitter& jitter);

    struct Mean {
        double offset = 0;
        double drift = 0;
        double offsetVariance = 0;
        double covariance = 0;
        double driftVariance = 0;

        /// Long after the latest sample the offset is known no better than the drift.
        double offsetVarianceAfter(double seconds) const {
            return offsetVariance + seconds * (2 * covariance + seconds * driftVariance);
        }
    };

    /// Returns the weighted mean. Its variances leave out how far the filters are from each other.
    Mean mean() const;

  private:
    std::vector<OffsetFilter> filters_;
};

}  // namespace berkeley::sync
