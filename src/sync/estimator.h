/// Samples of one slave become an estimate of its offset and drift, with a bound that holds.
///
/// The bound and the estimate are separate. The bound is what follows from the exchanges whatever
/// the jitter is (certain_offset.h). The estimate is the mean of a bank of filters, each with its
/// own hypothesis about how much the clock wanders and what kind of jitter the path has
/// (offset_filter.h), weighted by how well each of them predicted the samples (Magill, "Optimal
/// adaptive estimation of sampled stochastic processes", 1965); it never leaves the bound. So the
/// window over which samples are averaged is found, not chosen. A clock that is faster than its
/// limit is found out by its second or third burst, and is then measured like any other. Units:
/// std::chrono, or in the name. Thread safety: none.
#pragma once

#include <memory>
#include <optional>

#include "sync/adjustment.h"
#include "sync/drift_limit.h"
#include "sync/exchange.h"

namespace berkeley::sync {

struct Estimate {
    Nanoseconds offset{};        ///< slave minus master
    Nanoseconds bound{};         ///< the largest possible error of `offset`
    Nanoseconds sigma{};         ///< standard deviation of `offset`
    double driftPpb{};           ///< how fast the offset grows
    double driftDeviationPpb{};  ///< standard deviation of `driftPpb`
    double boundGrowthPpb{};     ///< the largest possible error of `driftPpb`
    Nanoseconds jitter{};        ///< mean round trip beyond the shortest

    Deviation deviation() const { return {sigma, driftDeviationPpb}; }
    bool driftKnown() const { return deviation().driftKnown(); }
};

/// Of a clock that was measured before its machine was started anew, when it was perhaps colder.
struct RememberedDrift {
    double ppb{};
    double driftDeviationPpb = 2'000;  ///< standard deviation
};

class OffsetEstimator {
  public:
    /// What is remembered of an earlier run helps the estimate, but is not trusted with the bound.
    explicit OffsetEstimator(std::optional<RememberedDrift> remembered = std::nullopt,
                             DriftLimit limit = {});
    ~OffsetEstimator();
    OffsetEstimator(OffsetEstimator&&) noexcept;
    OffsetEstimator& operator=(OffsetEstimator&&) noexcept;

    /// Before the first sample, of a slave that says it knows the line (Group::record()): that is
    /// probably the offset at `when`, and the remembered drift is
    /// the drift. Helps the estimate, unless the first sample contradicts it; the bound does not
    /// rely on it.
    void expect(HostTime when, Nanoseconds offset, const Deviation& deviation);

    /// The samples that follow belong together: they are taken within a moment. Only delay() cares.
    void beginBurst();

    /// In the order of their arrival. A sample that contradicts what was certain before begins
    /// anew, which is the answer: the slave's clock, or the master's, is not the one it was.
    bool add(const Sample& sample);

    /// Nothing before the first sample. `when` is not before the latest sample.
    std::optional<Estimate> at(HostTime when) const;

    /// The shortest round trip of the latest burst.
    std::optional<Nanoseconds> delay() const;

  private:
    class Bank;

    std::unique_ptr<Bank> bank_;
};

}  // namespace berkeley::sync
