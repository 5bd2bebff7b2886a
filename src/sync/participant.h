/// The clocks that take part in one sync cycle, seen from the group's line.
///
/// Units: std::chrono, or in the name. Thread safety: values and pure functions.
#pragma once

#include <optional>
#include <vector>

#include "sync/cycle.h"
#include "sync/discipline.h"

namespace berkeley::sync {

struct Participant {
    SlaveId slave = kMaster;
    Estimate host{};          ///< unsteered clock against the master's, at the end of the cycle
    Nanoseconds fromLine{};   ///< its group clock minus the group's line
    Membership membership{};  ///< the group whose line its clock is on
    /// How well it knows its own clock by now; absent if it does not, and for the master's.
    std::optional<Deviation> own{};
    Nanoseconds ago{};  ///< how old its reading is
    bool told{};        ///< was told a line by this master since it joined or its offset jumped
    bool tooFast{};
    bool counts{};
    ClockStatus status{};

    bool isMaster() const { return slave == kMaster; }

    /// Returns where the group's line is by this clock: its bound and five of its own standard
    /// deviations around `fromLine`.
    Interval place() const;
    /// Returns the standard deviation of `fromLine` as a measurement of where the group's line is.
    Nanoseconds sigma() const;
};

/// Returns the master's clock first, then the clocks that have answered. `line` is the group's line
/// over the master's unsteered clock, and `master` is the master's own group clock.
std::vector<Participant> participantsOf(HostTime now, const Roster& roster, const Adjustment& line,
                                        const ClockState& master, const std::string& masterName);

/// Returns the group's line over the clock that is `host.offset` away from the master's.
Adjustment seenFrom(const Estimate& host, const Adjustment& line);

/// Returns the largest minus the smallest offset of the clocks that count.
Nanoseconds spreadOf(const std::vector<Participant>& participants);

/// Returns the statuses of the participants and of the expected clocks that are late: the master
/// first, then by name.
std::vector<ClockStatus> statusesOf(std::vector<Participant> participants, HostTime now,
                                    const Roster& roster);

}  // namespace berkeley::sync
