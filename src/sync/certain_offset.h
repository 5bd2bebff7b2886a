/// What is certain about the offset and the drift of a slave's clock, whatever the jitter is.
///
/// The offset lies in the intersection of all exchanges' intervals, each carried along with the
/// drift. The drift lies within its limit, and, as soon as two intervals far apart say so, within
/// less: the clock cannot have drifted from anywhere in the one to anywhere in the other faster
/// than their ends allow. Rates wander, so that is widened by a margin. Units: std::chrono, or in
/// the name. Thread safety: none. Source: Marzullo (1984) for the offset; for the drift, the bound
/// version of Moon, Skelly & Towsley, "Estimation and removal of clock skew from network delay
/// measurements" (INFOCOM 1999).
#pragma once

#include <deque>

#include "berkeley/sync/exchange.h"

namespace berkeley {

class CertainOffset {
  public:
    CertainOffset() { forget(); }

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

    void forget();
    void remember();
    void boundDrift();

    double driftLowPpb_ = 0;
    double driftHighPpb_ = 0;
    Interval offset_;
    HostTime when_;
    bool empty_ = true;
    std::deque<Landmark> landmarks_;  ///< earlier intervals
    Nanoseconds distance_{};          ///< that landmarks have at least
};

}  // namespace berkeley
