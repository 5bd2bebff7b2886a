#include "observe/status.h"

#include <array>

#include "observe/table.h"
#include "time/silence.h"
#include "time/units.h"

namespace berkeley::observe {
namespace {

std::string complaintOfLeader(const Status& status) {
    if (const auto& shortage = status.group.shortage) {
        if (shortage->slaves >= shortage->needed) {
            return "no sync cycle: a new group waits for more slaves";
        }
        return "no sync cycle: " + std::to_string(shortage->slaves) + " of at least " +
               std::to_string(shortage->needed) + " slaves";
    }
    const Nanoseconds silence = silenceOf(status);
    if (silence > silenceAfter(status.interval)) {
        return "no sync cycle has ended for " + toSpanText(silence);
    }
    return status.cycleEnded ? "" : "no sync cycle has ended yet";
}

std::string complaintOfFollower(const Status& status) {
    return status.holdover ? "holdover: no adjustment has come for " + toSpanText(silenceOf(status))
                           : "";
}

std::string lineOfLeader(const GroupSnapshot& group) {
    if (group.shortage) {
        return renderSkipped(group.shortage->slaves, group.shortage->needed);
    }
    if (group.cycle) {
        return "cycle " + std::to_string(group.cycle->cycle) + ": " + renderSummary(*group.cycle);
    }
    return "waiting for slaves";
}

std::string lineOfFollower(const Status& status) {
    if (!status.cycle) {
        return "waiting for the first adjustment";
    }
    const std::string cycle = "cycle " + std::to_string(*status.cycle);
    return status.holdover ? "holdover for " + toSpanText(silenceOf(status)) + " after " + cycle
                           : cycle;
}

}  // namespace

std::string_view toText(Role role) {
    constexpr std::array<std::string_view, 3> kTexts{"active", "standby", "slave"};
    return kTexts.at(static_cast<std::size_t>(role));
}

Nanoseconds silenceOf(const Status& status) {
    return status.heard ? status.now.host - *status.heard : Nanoseconds::zero();
}

std::string lineOf(const Status& status) {
    std::string line =
        status.role == Role::active ? lineOfLeader(status.group) : lineOfFollower(status);
    if (status.role == Role::standby) {
        line = "standby, " + line;
    }
    if (status.suspect != PauseKind::none) {
        line += ", " + toText(Pause{status.suspect});
    } else if (status.bound) {
        line += ", the clock is right within " + toSpanText(*status.bound);
    }
    return line;
}

std::string complaintOf(const Status& status, Nanoseconds maxBound) {
    if (status.suspect != PauseKind::none) {
        return toText(Pause{status.suspect});
    }
    std::string complaint =
        status.role == Role::active ? complaintOfLeader(status) : complaintOfFollower(status);
    if (!complaint.empty()) {
        return complaint;
    }
    if (!status.bound) {
        return "not synchronized yet";
    }
    if (*status.bound > maxBound) {
        return "the bound, " + toSpanText(*status.bound) + ", is above the limit of " +
               toSpanText(maxBound);
    }
    return "";
}

}  // namespace berkeley::observe
