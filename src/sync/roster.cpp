#include "berkeley/sync/roster.h"

#include <utility>

namespace berkeley {
namespace {

/// A lab slave is not polled: it reports by itself every 5 s, whatever the master's interval. This
/// is three of its intervals.
constexpr std::chrono::seconds kLabPatience{15};

}  // namespace

bool Member::answered(HostTime now) const {
    return inThisCycle || (lab && reading && now - heard <= kLabPatience);
}

SlaveId Roster::join(std::string name, std::string address, bool lab,
                     std::optional<double> rememberedDriftPpb) {
    const SlaveId slave = ++lastId_;
    members_.emplace(slave, Member{.name = std::move(name),
                                   .address = std::move(address),
                                   .lab = lab,
                                   .estimator = OffsetEstimator{driftLimitPpb_, rememberedDriftPpb},
                                   .counts = false,
                                   .expected = false,
                                   .reading = {},
                                   .heard = {},
                                   .inThisCycle = false});
    return slave;
}

void Roster::leave(SlaveId slave) { members_.erase(slave); }

void Roster::beginCycle() {
    for (auto& [id, member] : members_) {
        member.expected = true;
        member.inThisCycle = false;
    }
}

int Roster::beginBurst(SlaveId slave, Nanoseconds interval) {
    const auto found = members_.find(slave);
    if (found == members_.end()) {
        return 0;
    }
    Member& member = found->second;
    member.estimator.beginBurst();
    return burstLength(member.estimator.at(member.heard), members_.size(), interval);
}

void Roster::count(SlaveId slave) {
    if (const auto found = members_.find(slave); found != members_.end()) {
        found->second.counts = true;
    }
}

bool Roster::record(SlaveId slave, const Exchange& exchange, const ClockReading& reading) {
    const std::optional<Sample> sample = toSample(exchange);
    if (!sample) {
        return false;
    }
    if (const auto found = members_.find(slave); found != members_.end()) {
        Member& member = found->second;
        member.estimator.add(*sample);
        member.reading = reading;
        member.heard = exchange.t4;
        member.inThisCycle = true;
    }
    return true;
}

}  // namespace berkeley
