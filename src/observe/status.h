/// Everything that a daemon tells about itself at one instant, and whether that is as it should be.
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
    std::optional<std::uint32_t> cycle;  ///< the last one that ended here, or was heard of
    std::optional<HostTime> cycleEnded;
    HostTime since;  ///< when it got its role
    /// When what is due in every interval came last: a sync cycle, or that there was none, from
    /// `since` on; an adjustment. Absent before a clock that follows was adjusted.
    std::optional<HostTime> heard;
    Moment now;
    Nanoseconds interval{};            ///< between sync cycles
    std::optional<Nanoseconds> bound;  ///< of the own clock; absent before it was adjusted,
                                       ///< and while it is suspect
    PauseKind suspect{};               ///< why it is not believed until it is measured again
    sync::Membership membership;       ///< whose time the own clock has
    std::uint32_t steps{};             ///< of the own clock, forward
    bool holdover{};                   ///< it follows a master from which nothing comes
    std::string master;                ///< whom it follows, as "host:port"; or ""
    std::optional<sync::TimestampKind> timestamps;  ///< of the connection to that one
    GroupSnapshot group;                            ///< of one that follows: its own clock alone
    std::deque<Event> events;
};

/// For how long nothing has come of what is due in every interval; zero before anything is due.
Nanoseconds silenceOf(const Status& status);

/// How the daemon is, in a line for the service manager.
std::string lineOf(const Status& status);

/// What is wrong, in a line without its end: no sync cycles, no adjustments, a clock that is
/// suspect, a bound above `maxBound`. "" when nothing is.
std::string complaintOf(const Status& status, Nanoseconds maxBound);

}  // namespace berkeley::observe
