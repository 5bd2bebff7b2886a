#include "sync/roster.h"

#include <utility>

#include "sync/tuning.h"

namespace berkeley::sync {
bool Member::answered(HostTime now) const {
    return inThisCycle || (lab && reading && now - heard <= kLabFresh);
}

SlaveId Roster::join(Member member) {
    members_.emplace(++lastId_, std::move(member));
    return lastId_;
}

Member* Roster::find(SlaveId slave) {
    const auto found = members_.find(slave);
    return found == members_.end() ? nullptr : &found->second;
}

void Roster::forgetTold() {
    for (auto& [id, member] : members_) {
        member.told = member.knew = false;
    }
}

void Roster::beginCycle() {
    for (auto& [id, member] : members_) {
        member.expected = true;
        member.inThisCycle = false;
    }
}

}  // namespace berkeley::sync
