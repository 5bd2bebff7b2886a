/// A clock above a clock: group time as a line over unsteered host time, moved by steps and slews.
///
/// Units: std::chrono; frequencies and slew rates in parts per billion of the host's seconds. Group
/// time never goes backward except by setTo(). Thread safety: none; a state is a value to copy.
#pragma once

#include <cassert>

#include "berkeley/time/timeline.h"

namespace berkeley {

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
};

class AdjustableClock {
  public:
    /// No slew is faster than `maxSlewPpb`, which is positive and below 1e9.
    explicit AdjustableClock(double maxSlewPpb) : maxSlewPpb_(maxSlewPpb) {
        assert(maxSlewPpb > 0 && maxSlewPpb < 1e9);
    }

    const CorrectionLine& line() const { return line_; }

    /// From `now` on the correction is `correction` and grows at `frequencyPpb`: a step.
    void setTo(HostTime now, Nanoseconds correction, double frequencyPpb);

    /// From `now` on the correction moves, no faster than the slew limit, to the line through
    /// `correction` at `now` that grows at `frequencyPpb`. Replaces a slew under way.
    void slewTo(HostTime now, Nanoseconds correction, double frequencyPpb);

  private:
    double maxSlewPpb_;
    CorrectionLine line_;
};

}  // namespace berkeley
