/// The clocks that take part in one sync cycle, seen from the group's line.
///
/// Units: std::chrono, or in the name. Thread safety: values and pure functions.
#pragma once

#include <optional>
#include <vector>

#include "sync/cycle.h"
#include "sync/discipline.h"
#include "sync/line_error.h"

namespace berkeley::sync {

/// One clock.
struct Participant {
    SlaveId slave = kMaster;
    Estimate host{};          ///< unsteered clock against the master's, at the end of the cycle
    Nanoseconds fromLine{};   ///< its group clock minus the group's line
    Membership membership{};  ///< of which group's line its clock is
    /// How well it knows its own clock by now; nothing when it does not, and for the master's.
    std::optional<Deviation> own{};
    Nanoseconds ago{};  ///< how old its reading is
    bool told{};        ///< by this master, since it joined or its offset jumped
    bool tooFast{};
    bool counts{};
    ClockStatus status{};

    bool isMaster() const { return slave == kMaster; }

    /// Where the group's line is by this clock: its bound and five of its own standard deviations
    /// around `fromLine`.
    Interval place() const;
    /// Standard deviation of `fromLine`, as a measurement of where the group's line is.
    Nanoseconds sigma() const;
};

/// The master's first, then those that have answered. `line` is the group's over the master's
/// unsteered clock, and `master` the master's own group clock.
std::vector<Participant> participantsOf(HostTime now, const Roster& roster, const Adjustment& line,
                                        const ClockState& master, const std::string& masterName);

/// The group's line as a line over the clock that is `host.offset` away from the master's.
Adjustment seenFrom(const Estimate& host, const Adjustment& line);

/// Largest minus smallest of the clocks that count.
Nanoseconds spreadOf(const std::vector<Participant>& participants);

/// Theirs, and of those that were expected and are late: the master first, then by name.
std::vector<ClockStatus> statusesOf(std::vector<Participant> participants, HostTime now,
                                    const Roster& roster);

}  // namespace berkeley::sync
