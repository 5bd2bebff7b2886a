/// The arithmetic at the end of a sync cycle: from what the clocks showed to what each is told.
///
/// The group's time is a line over the master's unsteered clock. Each cycle moves that line by the
/// average of the group clocks' offsets from it, and gives it the rate of the unsteered clocks
/// (group_rate.h); then every clock, the master's own too, is told where its correction has to lie.
/// A clock that joins a group which has a time already is brought in before it counts.
/// Units: std::chrono, or in the name; offsets are clock minus master. Thread safety: none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "berkeley/sync/adjustment.h"
#include "berkeley/sync/average.h"
#include "berkeley/sync/discipline.h"
#include "berkeley/sync/group_rate.h"
#include "berkeley/sync/roster.h"

namespace berkeley {

/// One clock in one sync cycle. A figure that is not known is absent, never zero, as are all of one
/// that is late.
struct ClockStatus {
    std::string name;
    std::string address;  ///< "" for the master's own clock
    bool master{};
    bool lab{};
    Exclusion exclusion{};                  ///< why it does not count, or Exclusion::none
    std::optional<Nanoseconds> offset;      ///< group clock minus the master's group clock
    std::optional<Nanoseconds> bound;       ///< largest possible error of `offset`
    std::optional<Nanoseconds> delay;       ///< shortest round trip of the burst
    std::optional<double> driftPpb;         ///< of the unsteered clock against the master's
    std::optional<Nanoseconds> correction;  ///< the change this clock is told to make
};

/// One sync cycle.
struct CycleStatus {
    std::uint32_t cycle{};            ///< counted from 1
    GroupTime when;                   ///< when it ended
    std::vector<ClockStatus> clocks;  ///< the master first, then by name
    Nanoseconds average{};       ///< by how much the group's time moves, seen from its old line
    Nanoseconds spreadBefore{};  ///< largest minus smallest offset of the counted clocks
    Nanoseconds duration{};      ///< from the first poll to the last adjustment
    Nanoseconds lateness{};      ///< how long after its turn it began
};

struct CycleOutcome {
    CycleStatus status;
    /// Also the group's new line. Its bound grows as the line has moved lately; what a master has
    /// as a bound when it takes over from another one, for whoever still follows that one's line,
    /// fades away.
    Adjustment master;
    std::vector<std::pair<SlaveId, Adjustment>> adjustments;  ///< for those that answered
};

/// Of a slave that was not asked: nothing but who it is.
ClockStatus statusOf(const Member& member);

/// What stays the same from cycle to cycle.
struct CycleOptions {
    std::string masterName;
    AverageOptions average;
    DriftLimit driftLimit{};
};

/// The group's line for a master that takes over at `now`, from what it was told last: what was not
/// known of the rate has made it worse since then, and this much is not known of the line any more.
Adjustment takenOver(const Adjustment& told, HostTime now);

/// `group` is the line of the previous cycle, or a line without a correction before the first; for
/// a master that takes over, takenOver().
/// `master` is the master's own group clock. `now` is on the master's unsteered clock. Notes in the
/// roster who counts from now on, and takes `rate` on. Leaves `status.duration` and
/// `status.lateness` to whoever can read a clock.
CycleOutcome concludeCycle(std::uint32_t cycle, HostTime now, Roster& roster, GroupRate& rate,
                           const Adjustment& group, const ClockState& master,
                           const CycleOptions& options);

}  // namespace berkeley
