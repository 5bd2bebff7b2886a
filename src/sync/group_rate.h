/// How fast the group's time runs: the robust mean of its members' rates, without a jump when one
/// of them comes or leaves.
///
/// A slave that has left cannot hear that the mean has changed. So the rate follows the change that
/// the rates of the present members have in common, and moves to the mean itself only slowly, as a
/// timescale of atomic clocks does (Levine, "Introduction to time and frequency metrology", Review
/// of Scientific Instruments 70, 1999, on ensembles). While a group is being founded, its rate goes
/// there at once. Units: in the name; rates over the master's unsteered clock, whose own rate is 0.
/// Thread safety: none.
#pragma once

#include <map>
#include <optional>

#include "sync/roster.h"

namespace berkeley::sync {

class GroupRate {
  public:
    /// `ppb` is the rate of an earlier run, or 0; for a master that takes over a group, the group's
    /// rate.
    explicit GroupRate(double ppb, bool founded = false) : ppb_(ppb), founded_(founded) {}

    /// Follows the drifts of good clocks that the sync cycle at `now` has found, including the
    /// master's own if it is one. `clocks` is the number of good clocks, including those whose
    /// drift is not known yet. While most drifts are unknown, the rate stays what it is. It is
    /// never farther from their mean than good clocks are from each other.
    void follow(HostTime now, const std::map<SlaveId, double>& drifts, std::size_t clocks);

    /// Corrects the rate by `ppb`, whatever the members' rates do.
    void correct(double ppb) { move(ppb); }

    double ppb() const { return ppb_; }

    /// Whether the rate still goes to the mean at once.
    bool founding() const { return !founded_; }

  private:
    /// A clock's drift, and what has to be subtracted from it so that the clock changes nothing
    /// when it comes or leaves.
    struct Rate {
        double driftPpb{};
        double biasPpb{};
    };

    void found(HostTime now, const std::map<SlaveId, double>& drifts);
    void admit(const std::map<SlaveId, double>& drifts);
    double unbiasedMean() const;
    void move(double ppb);

    double ppb_;
    bool founded_;
    std::optional<HostTime> firstKnown_;  ///< when most drifts were first known
    std::map<SlaveId, Rate> rates_;       ///< of the previous cycle; the master's own has kMaster
    HostTime last_;
};

}  // namespace berkeley::sync
