/// How fast the group's time goes: the robust mean of its members' rates, without a jump when one
/// of them comes or leaves.
///
/// A slave that has left cannot hear that the mean has changed. So the rate follows what the
/// members' rates do, which is the same for all who are there, and moves to the mean itself only
/// slowly, as a timescale of atomic clocks does (Levine, "Introduction to time and frequency
/// metrology", Review of Scientific Instruments 70, 1999, on ensembles). A group that is being
/// founded goes there at once. Units: in the name; rates over the master's unsteered clock, whose
/// own is 0. Thread safety: none.
#pragma once

#include <map>
#include <optional>

#include "sync/roster.h"

namespace berkeley::sync {

class GroupRate {
  public:
    /// The rate of an earlier run, or 0; for a master that takes over a group, the group's.
    explicit GroupRate(double ppb, bool founded = false) : ppb_(ppb), founded_(founded) {}

    /// The sync cycle at `now` has found these drifts of good clocks, the master's own among them
    /// if it is one; `clocks` is how many there are, also those whose drift is not known yet. While
    /// most are not known the rate stays what it is. It is never farther from their mean than good
    /// clocks are from each other.
    void follow(HostTime now, const std::map<SlaveId, double>& drifts, std::size_t clocks);

    /// The rate differs from what was believed by that much, whatever the members' rates do.
    void correct(double ppb) { move(ppb); }

    double ppb() const { return ppb_; }

    /// Whether it still goes to the mean at once.
    bool founding() const { return !founded_; }

  private:
    /// What a clock's drift was, and what has to be taken off it so that the clock's coming or
    /// leaving changes nothing.
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
    std::optional<HostTime> firstKnown_;  ///< when most drifts were known first
    std::map<SlaveId, Rate> rates_;       ///< of the cycle before; the master's own has kMaster
    HostTime last_;
};

}  // namespace berkeley::sync
