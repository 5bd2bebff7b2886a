/// A clock on top of a clock: group time as a line over unsteered host time, moved by steps and
/// slews.
///
/// Units: std::chrono; frequencies and slew rates in parts per billion of the host's seconds. Group
/// time never goes backward, except where a new line begins. Thread safety: values.
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
    double slewPpb{};          ///< added to that rate until `slewEnd`
    HostTime slewEnd;

    Nanoseconds at(HostTime host) const;
    GroupTime groupTimeAt(HostTime host) const { return corrected(host, at(host)); }
    /// Returns what is still to be slewed.
    Nanoseconds pendingAt(HostTime host) const;

    /// Returns the line that has `correction` at `now` and grows at `frequencyPpb`: a step.
    static CorrectionLine through(HostTime now, Nanoseconds correction, double frequencyPpb);

    /// Returns this line with a slew: from `now` on it moves, no faster than `maxSlewPpb`, to the
    /// line through `correction` at `now` that grows at `frequencyPpb`. Replaces a slew under way.
    /// `maxSlewPpb` is positive and below 1e9.
    CorrectionLine slewedTo(HostTime now, Nanoseconds correction, double frequencyPpb,
                            double maxSlewPpb) const;
};

/// A correction line and its largest possible error: everything needed to tell the time and its
/// bound.
struct BoundedLine : CorrectionLine {
    HostTime reference;       ///< the host time of `bound`
    Nanoseconds bound{};      ///< at `reference`, without what is still to be slewed
    double boundGrowthPpb{};  ///< the rate at which it grows with the distance from `reference`

    /// Returns the largest possible error: from the measurement, its age and the slew under way.
    Nanoseconds boundAt(HostTime host) const {
        return bound + driftOver(std::chrono::abs(host - reference), boundGrowthPpb) +
               std::chrono::abs(pendingAt(host));
    }
};

}  // namespace time
}  // namespace berkeley
