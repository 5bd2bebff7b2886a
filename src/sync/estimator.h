/// Turns the samples of one slave into an estimate of its offset and drift, with a bound that
/// holds.
///
/// The bound and the estimate are separate. The bound follows from the exchanges, whatever the
/// jitter is (certain_offset.h). The estimate is the mean of a bank of filters, each with its own
/// hypothesis about the clock and the path (filter_bank.h); it never leaves the bound. So the
/// window over which samples are averaged is found, not chosen. A clock that is faster than its
/// limit is noticed by its second or third burst and is then measured like any other. Units:
/// std::chrono, or in the name. Thread safety: none.
#pragma once

#include <optional>

#include "sync/adjustment.h"
#include "sync/certain_offset.h"
#include "sync/drift_limit.h"
#include "sync/exchange.h"
#include "sync/filter_bank.h"
#include "sync/jitter.h"

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

/// The drift of a clock as measured before its machine was restarted, when the temperature may have
/// been different.
struct RememberedDrift {
    double ppb{};
    double driftDeviationPpb = 2'000;  ///< standard deviation
};

class OffsetEstimator {
  public:
    /// What is remembered from an earlier run helps the estimate but is not trusted with the bound.
    explicit OffsetEstimator(std::optional<RememberedDrift> remembered = std::nullopt,
                             DriftLimit limit = {});

    /// Called before the first sample of a slave that says it knows the line (Group::record()): the
    /// offset at `when` is probably `offset`, and the drift is probably the remembered drift. This
    /// helps the estimate, unless the first sample contradicts it; the bound does not rely on it.
    void expect(HostTime when, Nanoseconds offset, const Deviation& deviation);

    /// The samples that follow belong together: they are taken within a moment. Only delay()
    /// depends on this.
    void beginBurst();

    /// Adds a sample, in order of arrival. Returns true if it contradicts what was certain before;
    /// then everything begins anew, because the slave's clock or the master's is no longer what it
    /// was.
    bool add(const Sample& sample);

    /// Returns nothing before the first sample. `when` must not be before the latest sample.
    std::optional<Estimate> at(HostTime when) const;

    /// Returns the shortest round trip of the latest burst.
    std::optional<Nanoseconds> delay() const;

  private:
    /// What is known of the offset before the first sample.
    struct Expectation {
        HostTime when;
        Nanoseconds offset;
        Deviation deviation;
    };

    void begin(const Sample& sample);
    void advance(HostTime when);
    void observe(const Sample& sample);
    RememberedDrift driftOfFilters() const;
    RememberedDrift certainDrift() const;
    bool isRuledOut(const RememberedDrift& drift) const;
    std::optional<Nanoseconds> expectedIn(const Sample& sample, double driftPpb) const;

    std::optional<RememberedDrift> remembered_;
    std::optional<Expectation> expectation_;
    CertainOffset certain_;
    FilterBank filters_;
    std::optional<Jitter> jitter_;  ///< absent before the first sample
    Nanoseconds origin_{};          ///< the offset from which the filters count
    HostTime when_;                 ///< the time that the filters have reached
    Nanoseconds delay_{};
    bool burstIsNew_ = true;
};

}  // namespace berkeley::sync
