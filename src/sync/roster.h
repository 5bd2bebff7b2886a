/// The slaves that the master knows, and what their clocks have shown so far.
///
/// Units: std::chrono, or in the name. Thread safety: none; the node keeps a lock around it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "sync/adjustment.h"
#include "sync/estimator.h"

namespace berkeley::sync {

/// Counts from 1; no master gives one twice.
using SlaveId = std::uint64_t;

/// The master's own clock among those of its slaves. It is measured against itself, so its drift is
/// 0. It is not on the roster.
inline constexpr SlaveId kMaster = 0;

/// What a slave's own group clock showed, on the slave's unsteered clock.
struct ClockReading {
    HostTime sent;
    Nanoseconds correction{};  ///< group time minus host time at `sent`
    /// Of the clock at `sent`; absent if it was never adjusted, is suspect, or is not known at all.
    std::optional<Deviation> deviation{};
};

struct Member {
    std::string name;
    std::string address;
    bool lab{};  ///< speaks the lab's text: one-way reports, and a clock that is not steered
    OffsetEstimator estimator{};
    Membership membership{};  ///< the group whose line its clock is on, as it has said or was told
    bool knew{};              ///< knew the group's line before this master told it
    bool told{};              ///< was told an adjustment since it joined or its offset jumped
    bool tooFast{};           ///< its rate is not that of a good clock
    bool counted{};           ///< has been on the group's line at some time since it joined
    bool expected{};          ///< was already on the roster when the present sync cycle began
    std::optional<ClockReading> reading{};
    HostTime heard{};    ///< when the reading arrived, on the master's unsteered clock
    bool inThisCycle{};  ///< whether the reading arrived after the present sync cycle began

    /// Whether its reading is fresh enough for the average of a sync cycle that ends at `now`.
    bool answered(HostTime now) const;
};

class Roster {
  public:
    SlaveId join(Member member);
    void leave(SlaveId slave) { members_.erase(slave); }

    /// Returns null for a slave that has left.
    Member* find(SlaveId slave);

    /// Forgets what the slaves were told, and whether they knew the line before.
    void forgetTold();

    /// From now on every slave has to answer anew.
    void beginCycle();

    std::size_t size() const { return members_.size(); }
    const std::map<SlaveId, Member>& members() const { return members_; }

  private:
    SlaveId lastId_ = 0;
    std::map<SlaveId, Member> members_;
};

}  // namespace berkeley::sync
