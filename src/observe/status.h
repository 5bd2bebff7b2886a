/// Everything that a daemon tells about itself at one instant, and whether all is well.
///
/// Units: std::chrono. Thread safety: values and pure functions.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "observe/event_log.h"
#include "observe/group_view.h"
#include "sync/membership.h"
#include "sync/timestamp_kind.h"
#include "time/pause.h"

namespace berkeley::observe {

enum class Role { active, standby, slave };

/// "active", …
std::string_view toText(Role role);

struct Status {
    std::string program;   ///< "berkeley-master"
    std::string version;   ///< "0.1.0"
    std::string instance;  ///< a new one at each start
    std::string name;
    Role role{};
    std::optional<std::uint32_t> cycle;  ///< the last one that ended here, or that a master told
    std::optional<HostTime> cycleEnded;
    HostTime since;  ///< when the daemon got its role
    /// When the event that is due in every interval last happened: for a leader a sync cycle or a
    /// skipped one, at the earliest `since`; for a follower an adjustment. Absent until a clock
    /// that follows is adjusted.
    std::optional<HostTime> heard;
    Moment now;
    Nanoseconds interval{};            ///< between sync cycles
    std::optional<Nanoseconds> bound;  ///< of this clock; absent before it was adjusted,
                                       ///< and while it is suspect
    PauseKind suspect{};               ///< why the clock is not believed until it is measured again
    sync::Membership membership;       ///< the group whose time this clock has
    std::uint32_t steps{};             ///< forward, of this clock
    bool holdover{};                   ///< the clock follows a master, but no adjustment comes
    std::string master;                ///< the master that it follows, as "host:port"; or ""
    std::optional<sync::TimestampKind> timestamps;  ///< on the connection to that master
    GroupSnapshot group;                            ///< for a follower: its own clock alone
    std::deque<Event> events;
};

/// Returns for how long nothing that is due in every interval has come; zero before anything is
/// due.
Nanoseconds silenceOf(const Status& status);

/// Describes the state of the daemon in one line for the service manager.
std::string lineOf(const Status& status);

/// Says what is wrong, without a newline: no sync cycles, no adjustments, a suspect clock, a bound
/// above `maxBound`. Returns "" when nothing is wrong.
std::string complaintOf(const Status& status, Nanoseconds maxBound);

}  // namespace berkeley::observe
