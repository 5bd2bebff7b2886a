/// Samples of one slave become an estimate of its offset and drift, with a bound that holds.
///
/// Both clocks are unsteered, so their offset is a line that drifts no faster than a limit. The bound
/// comes from intersecting the samples' intervals, each widened by that limit for its age (Marzullo
/// 1984); the point comes from the samples with the shortest round trips, which waited least
/// (RFC 5905 section 10, the clock filter). Units: std::chrono, or in the name. Thread safety: none.
#pragma once

#include <deque>
#include <optional>

#include "berkeley/sync/exchange.h"

namespace berkeley {

struct Estimate {
    Nanoseconds offset{};            ///< slave minus master
    Nanoseconds bound{};             ///< the largest possible error of `offset`
    std::optional<double> driftPpb;  ///< how fast the offset grows; unknown from a single burst
};

class OffsetEstimator {
  public:
    /// The two clocks' rates differ by no more than `driftLimitPpb`.
    explicit OffsetEstimator(double driftLimitPpb) : driftLimitPpb_(driftLimitPpb) {}

    /// The samples that follow belong together: they were taken within a moment.
    void beginBurst();

    /// In the order of their arrival. A sample that contradicts all before it begins anew: the
    /// slave's clock is not the one it was.
    void add(const Sample& sample);

    /// Nothing before the first sample.
    std::optional<Estimate> at(HostTime when) const;

    /// The shortest round trip of the latest burst.
    std::optional<Nanoseconds> delay() const;

  private:
    Interval carried(HostTime when) const;
    std::optional<double> drift() const;

    double driftLimitPpb_;
    std::deque<Sample> bursts_;  ///< the sample with the shortest round trip of each
    Interval certain_;           ///< all samples' intersection, at certainAt_
    HostTime certainAt_;
    bool burstIsNew_ = true;
};

}  // namespace berkeley
