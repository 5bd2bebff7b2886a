/// A clock above a clock: group time as a line over unsteered host time, moved by steps and slews.
///
/// Units: std::chrono; frequencies and slew rates in parts per billion of the host's seconds. Group
/// time never goes backward except where a new line is begun. Thread safety: values.
#pragma once

#include "time/timeline.h"

namespace berkeley {
inline namespace time {

/// The correction (group time minus host time) from `anchor` on, in two pieces: with the slew on
/// top until `slewEnd`, without it afterwards.
struct CorrectionLine {
    HostTime anchor;
    Nanoseconds correction{};  ///< at `anchor`
    double frequencyPpb{};     ///< the rate at which the correction grows
    double slewPpb{};          ///< and this much faster until `slewEnd`
    HostTime slewEnd;

    Nanoseconds at(HostTime host) const;
    GroupTime groupTimeAt(HostTime host) const { return corrected(host, at(host)); }
    /// What is still to be slewed.
    Nanoseconds pendingAt(HostTime host) const;

    /// From `now` on the correction is `correction` and grows at `frequencyPpb`: a step.
    static CorrectionLine through(HostTime now, Nanoseconds correction, double frequencyPpb);

    /// From `now` on this line moves, no faster than `maxSlewPpb`, to the one through `correction`
    /// at `now` that grows at `frequencyPpb`. Replaces a slew under way. `maxSlewPpb` is positive
    /// and below 1e9.
    CorrectionLine slewedTo(HostTime now, Nanoseconds correction, double frequencyPpb,
                            double maxSlewPpb) const;
};

/// A correction line, and how wrong it can be at most: everything that tells the time and its
/// bound.
struct BoundedLine : CorrectionLine {
    HostTime reference;       ///< of the bound
    Nanoseconds bound{};      ///< at `reference`, without what is still to be slewed
    double boundGrowthPpb{};  ///< the rate at which it grows with the distance from `reference`

    /// The largest possible error: of the measurement, its age, and the slew under way.
    Nanoseconds boundAt(HostTime host) const {
        return bound + driftOver(std::chrono::abs(host - reference), boundGrowthPpb) +
               std::chrono::abs(pendingAt(host));
    }
};

}  // namespace time
}  // namespace berkeley
