#include "berkeley/sync/roster.h"

#include <cmath>
#include <utility>

#include "berkeley/sync/burst.h"

namespace berkeley {
namespace {

/// A lab slave is not polled: it reports by itself every 5 s, whatever the master's interval. This
/// is three of its intervals.
constexpr std::chrono::seconds kLabFresh{15};

/// When the group's time is `time`, on the clock of which `line` is the correction. `near` is not
/// far from it.
HostTime whenOn(const Adjustment& line, GroupTime time, HostTime near) {
    for (int i = 0; i < 2; ++i) {
        near = HostTime{time.time_since_epoch() - line.correctionAt(near)};
    }
    return near;
}

/// As if the slave's clock were on the line.
void expectOn(const Adjustment& line, const ClockReading& reading, HostTime arrival,
              OffsetEstimator& estimator) {
    const HostTime when = whenOn(line, corrected(reading.sent, reading.correction), arrival);
    if (!isBelievable(when)) {
        return;
    }
    const Deviation group{line.deviation.after(when - line.reference), line.deviation.driftPpb};
    const auto both = [](double a, double b) { return std::hypot(a, b); };
    estimator.expect(
        when, reading.sent - when,
        {Nanoseconds{std::llround(both(static_cast<double>(reading.deviation->sigma.count()),
                                       static_cast<double>(group.sigma.count())))},
         both(reading.deviation->driftPpb, group.driftPpb)});
}

}  // namespace

bool Member::answered(HostTime now) const {
    return inThisCycle || (lab && reading && now - heard <= kLabFresh);
}

SlaveId Roster::join(std::string name, std::string address, bool lab,
                     std::optional<double> rememberedDriftPpb) {
    const SlaveId slave = ++lastId_;
    std::optional<RememberedDrift> remembered;
    if (rememberedDriftPpb) {
        remembered = {.ppb = *rememberedDriftPpb};
        // It is a difference to the group's rate.
        remembered->sigmaPpb =
            std::hypot(remembered->sigmaPpb, line_ ? line_->deviation.driftPpb : 0);
    }
    members_.emplace(slave, Member{.name = std::move(name),
                                   .address = std::move(address),
                                   .lab = lab,
                                   .estimator = OffsetEstimator{remembered, driftLimit_}});
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

void Roster::settle(SlaveId slave) {
    if (const auto found = members_.find(slave); found != members_.end()) {
        found->second.settled = true;
    }
}

bool Roster::record(SlaveId slave, const Exchange& exchange, const ClockReading& reading) {
    const std::optional<Sample> sample = toSample(exchange);
    if (!sample) {
        return false;
    }
    if (const auto found = members_.find(slave); found != members_.end()) {
        Member& member = found->second;
        if (!member.reading && reading.deviation && line_) {
            berkeley::expectOn(*line_, reading, exchange.t4, member.estimator);
        }
        if (member.estimator.add(*sample)) {
            member.settled = false;
        }
        member.reading = reading;
        member.heard = exchange.t4;
        member.inThisCycle = true;
    }
    return true;
}

}  // namespace berkeley
