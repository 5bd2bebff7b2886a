#include "participant.h"

#include <algorithm>
#include <string>
#include <tuple>
#include <utility>

namespace berkeley::sync {
namespace {

Participant masterParticipant(HostTime now, const Adjustment& line, const ClockState& master,
                              const std::string& name) {
    ClockStatus status;
    status.name = name;
    status.master = true;
    return {.fromLine = master.line.at(now) - line.correctionAt(now),
            .told = true,
            .counts = true,
            .status = std::move(status)};
}

/// Compares the slave's group clock with the group's line at the time of its reading, so a slew
/// that has ended since then does not matter. `heard` is the estimate at the arrival of the
/// reading, which may be seconds later if the reading was lost once or twice.
Nanoseconds fromLineAt(const ClockReading& reading, HostTime arrival, const Estimate& heard,
                       const Adjustment& line) {
    const HostTime onMaster = reading.sent - heard.offset;
    const Nanoseconds offset = heard.offset - driftOver(arrival - onMaster, heard.driftPpb);
    return offset + reading.correction - line.correctionAt(onMaster);
}

/// Returns what a slave knows of its clock `age` after it said so.
std::optional<Deviation> agedBy(Nanoseconds age, const std::optional<Deviation>& said) {
    if (!said) {
        return std::nullopt;
    }
    const Deviation known{said->after(age), said->driftDeviationPpb};
    return known.offsetKnown() ? std::optional{known} : std::nullopt;
}

Participant slaveParticipant(SlaveId slave, const Member& member, HostTime now,
                             const Estimate& estimate, const Adjustment& line) {
    const Estimate heard = member.estimator.at(member.heard).value_or(estimate);
    Participant participant{.slave = slave,
                            .host = estimate,
                            .fromLine = fromLineAt(*member.reading, member.heard, heard, line),
                            .membership = member.membership,
                            .own = agedBy(now - member.heard, member.reading->deviation),
                            .ago = now - member.heard,
                            .told = member.told,
                            .status = statusOf(member)};
    participant.counts = member.lab || std::chrono::abs(participant.fromLine) <= estimate.bound;
    if (!member.lab) {
        // A one-way report proves only one end of the interval.
        participant.status.bound = estimate.bound;
    }
    participant.status.delay = member.estimator.delay();
    if (estimate.driftKnown()) {
        participant.status.driftPpb = estimate.driftPpb;
    }
    return participant;
}

}  // namespace

ClockStatus statusOf(const Member& member) {
    ClockStatus status;
    status.name = member.name;
    status.address = member.address;
    status.lab = member.lab;
    return status;
}

Interval Participant::place() const {
    return Interval{fromLine, fromLine}.widened(host.bound +
                                                kGate * (own ? own->sigma : Nanoseconds{}));
}

Nanoseconds Participant::sigma() const {
    return own ? both(host.deviation(), *own).sigma : host.sigma;
}

std::vector<Participant> participantsOf(HostTime now, const Roster& roster, const Adjustment& line,
                                        const ClockState& master, const std::string& masterName) {
    std::vector<Participant> participants{masterParticipant(now, line, master, masterName)};
    for (const auto& [slave, member] : roster.members()) {
        const std::optional<Estimate> estimate = member.estimator.at(now);
        if (member.answered(now) && estimate && member.reading) {
            participants.push_back(slaveParticipant(slave, member, now, *estimate, line));
        }
    }
    return participants;
}

Adjustment seenFrom(const Estimate& host, const Adjustment& line) {
    Adjustment adjustment = line;
    adjustment.reference = line.reference + host.offset;
    adjustment.correction = line.correction - host.offset;
    // The correction's rate is the ratio of the group's rate and the clock's own.
    adjustment.frequencyPpb = (line.frequencyPpb - host.driftPpb) / (1 + host.driftPpb * 1e-9);
    adjustment.bound = host.bound + line.bound;
    adjustment.boundGrowthPpb = host.boundGrowthPpb + line.boundGrowthPpb;
    adjustment.deviation = both(host.deviation(), line.deviation);
    return adjustment;
}

Nanoseconds spreadOf(const std::vector<Participant>& participants) {
    Nanoseconds low = Nanoseconds::max(), high = Nanoseconds::min();
    for (const Participant& participant : participants) {
        if (participant.status.standing == Standing::counted) {
            low = std::min(low, participant.fromLine);
            high = std::max(high, participant.fromLine);
        }
    }
    return low <= high ? high - low : Nanoseconds::zero();
}

std::vector<ClockStatus> statusesOf(std::vector<Participant> participants, HostTime now,
                                    const Roster& roster) {
    std::vector<ClockStatus> clocks;
    clocks.reserve(participants.size());
    for (Participant& participant : participants) {
        clocks.push_back(std::move(participant.status));
    }
    for (const auto& [slave, member] : roster.members()) {
        if (member.expected && !member.answered(now)) {
            clocks.push_back(statusOf(member));
            clocks.back().standing = Standing::late;
        }
    }
    std::sort(clocks.begin(), clocks.end(), [](const ClockStatus& a, const ClockStatus& b) {
        return std::tie(b.master, a.name, a.address) < std::tie(a.master, b.name, b.address);
    });
    return clocks;
}

}  // namespace berkeley::sync
