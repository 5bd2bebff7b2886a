/// What is certain about the offset and the drift of a slave's clock, whatever the jitter is.
///
/// The offset lies in the intersection of the intervals of all exchanges, each carried along with
/// the drift. The drift lies within its limit and, as soon as two intervals far apart prove it,
/// within less: the clock cannot have drifted from anywhere in one to anywhere in the other faster
/// than their ends allow. Rates wander, so this range is widened by a margin.
///
/// The limit is an assumption and gives way to evidence. When samples contradict each other, the
/// clock was set or it is faster than the limit. The two cannot be told apart, so from then on the
/// limit is as wide as the second explanation needs. For a clock that was set, this costs only a
/// wider bound until the drift is known again. Once the drift is certain to be within the assumed
/// limit, that limit applies again. Units: std::chrono, or in the name. Thread safety: none.
/// Source: Marzullo (1984) for the offset; for the drift, the bound version of Moon, Skelly &
/// Towsley, "Estimation and removal of clock skew from network delay measurements" (INFOCOM 1999).
#pragma once

#include <deque>
#include <optional>

#include "sync/drift_limit.h"
#include "sync/exchange.h"

namespace berkeley::sync {

class CertainOffset {
  public:
    explicit CertainOffset(DriftLimit assumed = {})
        : assumedPpb_(assumed.betweenTwoPpb()), limitPpb_(assumedPpb_) {
        forget();
    }

    /// Adds a sample. Returns false if it contradicts what was certain; then everything begins anew
    /// with it.
    bool add(const Sample& sample);

    /// Returns the interval in which the offset lies at `when`. Only after the first sample.
    Interval at(HostTime when) const;

    /// The limits of the drift from now on.
    double driftLowPpb() const { return driftLowPpb_; }
    double driftHighPpb() const { return driftHighPpb_; }

  private:
    struct Landmark {
        HostTime when;
        Interval offset;
    };

    Interval provenBy(const Sample& sample) const;
    void forget();
    void widenLimit(const Landmark& now);
    void boundDrift();
    void remember();

    double assumedPpb_;
    double limitPpb_;  ///< the assumed one, or one that explains a contradiction
    double driftLowPpb_ = 0;
    double driftHighPpb_ = 0;
    Interval offset_;
    HostTime when_;
    std::optional<Landmark> first_;   ///< first sample since a contradiction; relies on no limit
    std::deque<Landmark> landmarks_;  ///< earlier intervals
    Nanoseconds distance_{};          ///< the least distance between landmarks
};

}  // namespace berkeley::sync
