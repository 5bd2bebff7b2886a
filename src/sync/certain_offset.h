/// What is certain about the offset and the drift of a slave's clock, whatever the jitter is.
///
/// The offset lies in the intersection of all exchanges' intervals, each carried along with the
/// drift. The drift lies within its limit, and, as soon as two intervals far apart say so, within
/// less: the clock cannot have drifted from anywhere in the one to anywhere in the other faster
/// than their ends allow. Rates wander, so that is widened by a margin.
///
/// The limit is an assumption, and gives way to evidence. When samples contradict each other, the
/// clock was set, or it is faster than the limit says. Which of these cannot be told, so from then
/// on the limit is as wide as the second explanation needs. That costs a clock that was set no more
/// than a wider bound until the drift is known again; a drift that is certain to be within the
/// limit that was assumed brings that one back. Units: std::chrono, or in the name. Thread safety:
/// none. Source: Marzullo (1984) for the offset; for the drift, the bound version of Moon, Skelly &
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

    /// False when the sample contradicts what was certain; then everything begins with it anew.
    bool add(const Sample& sample);

    /// The interval that the offset lies in at `when`; after the first sample.
    Interval at(HostTime when) const;

    /// The ends of what the drift can be from now on.
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
    std::optional<Landmark> first_;   ///< since a contradiction; relies on no limit
    std::deque<Landmark> landmarks_;  ///< earlier intervals
    Nanoseconds distance_{};          ///< that landmarks have at least
};

}  // namespace berkeley::sync
