/// Applies adjustments to one group clock and carries its bound along; the master's and the
/// slaves'.
///
/// The first adjustment steps the clock, later ones slew it. Units: std::chrono, or in the name.
/// Thread safety: none.
#pragma once

#include <optional>

#include "berkeley/sync/adjustment.h"
#include "berkeley/time/adjustable_clock.h"

namespace berkeley {

/// A group clock at one instant: everything that a reader needs to tell the time and its bound
/// later on. A value.
struct ClockState {
    CorrectionLine line;
    bool synchronized{};    ///< whether it was ever adjusted; the bound means nothing before
    Adjustment adjustment;  ///< the last one applied, which carries the bound

    /// The largest possible error at `host`: of the measurement, its age, and the slew under way.
    Nanoseconds boundAt(HostTime host) const;

    /// How well the correction is known at `host`; nothing when the clock was never adjusted.
    std::optional<Deviation> deviationAt(HostTime host) const;
};

/// What an adjustment did to the clock.
struct Change {
    Nanoseconds offset{};  ///< by how much the clock moves
    bool stepped{};
};

class Discipline {
  public:
    explicit Discipline(double maxSlewPpb) : clock_(maxSlewPpb) {}

    /// Nothing, and the clock as it was, when the adjustment would lead to a time that is not
    /// believable, or will not be within a year.
    std::optional<Change> apply(HostTime now, const Adjustment& adjustment);

    const ClockState& state() const { return state_; }

  private:
    AdjustableClock clock_;
    ClockState state_;
};

}  // namespace berkeley
