#include "observe/status.h"

#include <array>

#include "time/silence.h"
#include "time/units.h"

namespace berkeley::observe {
namespace {

std::string complaintOfLeader(const Status& status) {
    if (const auto& shortage = status.group.shortage) {
        if (shortage->slaves >= shortage->needed) {
            return "no sync cycle: a new group waits for others to come";
        }
        return "no sync cycle: " + std::to_string(shortage->slaves) + " of at least " +
               std::to_string(shortage->needed) + " slaves";
    }
    const Nanoseconds silence = status.now.host - status.cycleEnded.value_or(status.since);
    if (silence > silenceAfter(status.interval)) {
        return "no sync cycle has ended for " + toSpanText(silence);
    }
    return status.cycleEnded ? "" : "no sync cycle has ended yet";
}

std::string complaintOfFollower(const Status& status) {
    if (status.holdover && status.cycleEnded) {
        return "holdover: no adjustment has come for " +
               toSpanText(status.now.host - *status.cycleEnded);
    }
    return "";
}

}  // namespace

std::string_view toText(Role role) {
    constexpr std::array<std::string_view, 3> kTexts{"active", "standby", "slave"};
    return kTexts.at(static_cast<std::size_t>(role));
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
