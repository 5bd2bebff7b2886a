/// One hypothesis about a slave's clock and the path to it, and what follows from the observations.
///
/// The hypothesis is how much the clock's rate wanders and what kind of jitter the path has. What
/// follows is a normal distribution of offset and drift, carried by a Kalman filter (Kalman 1960;
/// the clock model is that of Zucca & Tavella, "The clock model and its relationship with the Allan
/// and related variances", 2005). Under one-sided jitter an observation is not a noisy value but an
/// interval that contains the offset, with an exponential density inside; it truncates the normal
/// distribution, and the moments of the result are kept (assumed density filtering: Maybeck,
/// "Stochastic models, estimation and control" 2, 1982). Hypotheses are compared by how well they
/// predicted the observations.
///
/// Units: nanoseconds, seconds and ppb as double. Thread safety: none.
#pragma once

#include "sync/jitter.h"

namespace berkeley::sync {

enum class JitterKind {
    oneSided,   ///< delays lie exponentially above the shortest one
    symmetric,  ///< delays lie normally around their mean
};

class OffsetFilter {
  public:
    /// `wander` is the standard deviation of the rate's change after one second, in ppb.
    OffsetFilter(JitterKind kind, double wander) : kind_(kind), wander_(wander) {}

    /// Begins with what is known: means and standard deviations.
    void begin(double offset, double offsetSigma, double drift, double driftDeviation);

    void advance(double seconds);
    void observe(const Observation& observation, const Jitter& jitter);

    double offset() const { return offset_; }
    double drift() const { return drift_; }
    double offsetVariance() const { return offsetVariance_; }
    double covariance() const { return covariance_; }
    double driftVariance() const { return driftVariance_; }
    /// The logarithm of how well the filter predicted the latest observations.
    double score() const { return score_; }

  private:
    double observeOneSided(const Observation& observation, const Jitter& jitter);
    double observeSymmetric(const Observation& observation, const Jitter& jitter);
    void setOffset(double mean, double variance);
    bool isDistribution() const;

    JitterKind kind_;
    double wander_;
    double score_ = 0;
    double offset_ = 0;
    double drift_ = 0;
    double offsetVariance_ = 0;
    double covariance_ = 0;
    double driftVariance_ = 0;
};

}  // namespace berkeley::sync
