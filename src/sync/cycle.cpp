#include "berkeley/sync/cycle.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <tuple>

namespace berkeley {
namespace {

/// How much of the line's quickest motion is remembered from one cycle to the next.
constexpr double kRemembered = 0.9;
/// A line that jumps moves no faster than this: clocks are slewed after it, and their bounds have
/// what is still to be slewed in them.
constexpr double kMostMotionPpb = 50'000'000;

/// A bound that is wider says little about where a newcomer is: its first messages were lost.
constexpr std::chrono::milliseconds kTelling{1};

/// A correction is not replaced by one that is hardly better: both have their errors.
constexpr int kClearly = 2;

/// One clock that takes part in the cycle; `slave` is absent for the master's own.
struct Participant {
    std::optional<SlaveId> slave{};
    Estimate host{};          ///< unsteered clock against the master's, at the end of the cycle
    Nanoseconds fromGroup{};  ///< its group clock minus the group's line
    /// It knows its own correction better than it could be told: the group's master, or the
    /// master's clock, is another one than before, and the offset is not known as well yet.
    bool knowsBetter{};
    /// It knows the group's line better than this master, which was on it only for a moment before
    /// it took over.
    bool knowsLine{};
    bool counts{};
    ClockStatus status{};
};

Participant masterParticipant(HostTime now, const Adjustment& group, const ClockState& master,
                              const std::string& name) {
    ClockStatus status;
    status.name = name;
    status.master = true;
    return {.fromGroup = master.line.at(now) - group.correctionAt(now),
            .counts = true,
            .status = std::move(status)};
}

/// The slave's group clock is compared with the group's line at the moment of its reading, so a
/// slew that ended since then does not matter. `heard` is the estimate at the reading's arrival,
/// which may be seconds later, if it was lost once or twice.
Nanoseconds fromGroupAt(const ClockReading& reading, HostTime arrival, const Estimate& heard,
                        const Adjustment& group) {
    const HostTime onMaster = reading.sent - heard.offset;
    const Nanoseconds offset = heard.offset - driftOver(arrival - onMaster, heard.driftPpb);
    return offset + reading.correction - group.correctionAt(onMaster);
}

/// Of what a clock is told.
Deviation deviationOf(const Estimate& host) { return {host.sigma, host.driftSigmaPpb}; }

/// What counts is how well it does until the next cycle.
bool knowsBetter(const Member& member, const Deviation& toBeTold, Nanoseconds interval) {
    const std::optional<Deviation>& own = member.reading->deviation;
    return !member.settled && own && own->after(interval) < kClearly * toBeTold.after(interval);
}

bool knowsLine(const Member& member, const Deviation& line, Nanoseconds interval) {
    const std::optional<Deviation>& own = member.reading->deviation;
    // What the slave claims may be as large as can be.
    return !member.settled && own && own->after(interval) < line.after(interval) / kClearly;
}

/// On the line as far as can be told, when that can be told at all.
bool hasArrived(const Participant& participant) {
    const Estimate& host = participant.host;
    return !participant.knowsBetter && std::chrono::abs(participant.fromGroup) <= host.bound &&
           (host.bound <= kTelling || host.driftKnown());
}

/// When the group has no time yet, everyone makes it. Afterwards a clock that joins moves nobody:
/// what it is off by is its own affair, and while it is on its way the line must not follow it.
/// Nobody steers a lab slave's clock, so it would never arrive.
bool mayCount(const Participant& participant, const Member& member, const ClockState& master) {
    return !master.synchronized || member.lab || member.counts || participant.knowsLine ||
           hasArrived(participant);
}

std::vector<Participant> participantsOf(HostTime now, const Roster& roster, const Adjustment& group,
                                        const ClockState& master, const std::string& masterName) {
    std::vector<Participant> participants{masterParticipant(now, group, master, masterName)};
    for (const auto& [slave, member] : roster.members()) {
        const std::optional<Estimate> estimate = member.estimator.at(now);
        if (!member.answered(now) || !estimate || !member.reading) {
            continue;
        }
        const Estimate heard = member.estimator.at(member.heard).value_or(*estimate);
        Participant participant{
            .slave = slave,
            .host = *estimate,
            .fromGroup = fromGroupAt(*member.reading, member.heard, heard, group),
            .knowsBetter = knowsBetter(member, deviationOf(*estimate), now - group.reference),
            .knowsLine = knowsLine(member, group.deviation, now - group.reference),
            .status = statusOf(member)};
        participant.counts = mayCount(participant, member, master);
        if (!member.lab) {
            // A report on one way proves only one end of the interval.
            participant.status.bound = estimate->bound;
        }
        participant.status.delay = member.estimator.delay();
        if (estimate->driftKnown()) {
            participant.status.driftPpb = estimate->driftPpb;
        }
        participants.push_back(std::move(participant));
    }
    const auto better = std::count_if(participants.begin(), participants.end(),
                                      std::mem_fn(&Participant::knowsLine));
    participants.front().counts = 2 * static_cast<std::size_t>(better) <= participants.size();
    return participants;
}

/// Of those that count, and why each of the others does not. While most do not, as under a master
/// that is new, the line stays where it is: the few that do are not the group.
Average averageOf(const std::vector<Participant>& participants, const AverageOptions& options) {
    std::vector<Reading> readings;
    for (const Participant& participant : participants) {
        if (participant.counts) {
            readings.push_back({participant.fromGroup, participant.host.bound});
        }
    }
    Average average = averageOf(readings, options);
    if (2 * readings.size() <= participants.size()) {
        average.offset = {};
    }
    for (std::size_t i = 0; i < participants.size(); ++i) {
        if (!participants[i].counts) {
            average.exclusions.insert(average.exclusions.begin() + static_cast<std::ptrdiff_t>(i),
                                      Exclusion::newcomer);
        }
    }
    return average;
}

/// A clock that is late keeps its part in the rate: the others' must not change with every answer
/// that is missing. A newcomer that is not settled has none yet: what is still to be found out
/// about its drift would change the rate.
std::map<SlaveId, double> knownDrifts(HostTime now, const Roster& roster) {
    std::map<SlaveId, double> drifts;
    for (const auto& [slave, member] : roster.members()) {
        const std::optional<Estimate> estimate = member.estimator.at(now);
        if ((member.settled || member.counts) && estimate && estimate->driftKnown()) {
            drifts.emplace(slave, estimate->driftPpb);
        }
    }
    return drifts;
}

/// The group's line as a line over the clock that is `host.offset` away from the master's.
Adjustment seenFrom(const Estimate& host, const Adjustment& group) {
    Adjustment adjustment = group;
    adjustment.reference = group.reference + host.offset;
    adjustment.correction = group.correction - host.offset;
    // The correction's rate is the ratio of the group's rate and the clock's own.
    adjustment.frequencyPpb = (group.frequencyPpb - host.driftPpb) / (1 + host.driftPpb * 1e-9);
    adjustment.bound = host.bound + group.bound;
    adjustment.boundGrowthPpb = host.boundGrowthPpb + group.boundGrowthPpb;
    adjustment.deviation = deviationOf(host);
    return adjustment;
}

/// How well those who know the line better know where they are on it; nothing when nobody does.
std::optional<Nanoseconds> sigmaOfBetter(const std::vector<Participant>& participants) {
    std::vector<Nanoseconds> sigmas;
    for (const Participant& participant : participants) {
        if (participant.knowsLine) {
            sigmas.push_back(participant.host.sigma);
        }
    }
    if (sigmas.empty()) {
        return std::nullopt;
    }
    const auto middle = sigmas.begin() + static_cast<std::ptrdiff_t>(sigmas.size() / 2);
    std::nth_element(sigmas.begin(), middle, sigmas.end());
    return *middle;
}

/// What was found out about a line that was known badly.
struct Learnt {
    double ratePpb{};  ///< to be added to its rate
    Deviation line;    ///< how well it is known now
};

/// The line has moved by `average`, which is known as well as `sigma`, within `interval`. The gain
/// is a Kalman filter's: what was uncertain of the rate against what is of the two ends.
Learnt learnRate(const Deviation& line, Nanoseconds average, Nanoseconds sigma,
                 Nanoseconds interval) {
    const double seconds = std::chrono::duration<double>(interval).count();
    const double ends =
        std::hypot(static_cast<double>(sigma.count()), static_cast<double>(line.sigma.count())) /
        seconds;
    const double variance = line.driftPpb * line.driftPpb;
    const double gain = variance / (variance + ends * ends);
    return {gain * static_cast<double>(average.count()) / seconds,
            {std::min(line.after(interval), sigma), line.driftPpb * std::sqrt(1 - gain)}};
}

/// How fast the line has been moving lately, apart from its frequency; while the group is being
/// founded, how little its frequency is known. A clock that does not hear of the next cycle has to
/// reckon with as much.
double motionPpb(HostTime now, Nanoseconds average, const GroupRate& rate, const Adjustment& group,
                 const std::vector<Participant>& participants) {
    double motion = kRemembered * group.boundGrowthPpb;
    if (now > group.reference) {
        motion = std::max(motion, std::abs(static_cast<double>(average.count())) /
                                      static_cast<double>((now - group.reference).count()) * 1e9);
    }
    for (const Participant& participant : participants) {
        motion = std::max(motion, rate.founding() ? participant.host.boundGrowthPpb : 0);
    }
    return std::min(motion, kMostMotionPpb);
}

/// The slaves of a master that is new, or whose own clock was set, still agree with each other, but
/// none of their offsets is known as well as before: what they could be told is worse than what
/// they have.
bool isBetterLeftAlone(const Participant& participant, Nanoseconds average) {
    return participant.knowsBetter &&
           std::chrono::abs(participant.fromGroup - average) <= participant.host.bound;
}

Nanoseconds spreadOf(const std::vector<Participant>& participants) {
    Nanoseconds low = Nanoseconds::max(), high = Nanoseconds::min();
    for (const Participant& participant : participants) {
        if (participant.status.exclusion == Exclusion::none) {
            low = std::min(low, participant.fromGroup);
            high = std::max(high, participant.fromGroup);
        }
    }
    return high - low;
}

/// What the roster remembers of a slave that has answered: that it counts from now on, and that it
/// is told its correction.
void admit(const Participant& participant, Roster& roster, bool hasGroup) {
    if (participant.slave && participant.counts && hasGroup) {
        roster.count(*participant.slave);
    }
    if (participant.slave && !participant.knowsBetter) {
        roster.settle(*participant.slave);
    }
}

/// Adds what the clock is told to `outcome`, which has the master's adjustment already.
void adjust(Participant& participant, Nanoseconds average, CycleOutcome& outcome) {
    const Nanoseconds correction = average - participant.fromGroup;
    if (!participant.slave) {
        participant.status.correction = correction;
        return;
    }
    if (isBetterLeftAlone(participant, average)) {
        return;
    }
    const Adjustment adjustment = seenFrom(participant.host, outcome.master);
    if (isBelievable(adjustment.reference) &&
        isBelievable(adjustment.reference, adjustment.correction)) {
        participant.status.correction = correction;
        outcome.adjustments.emplace_back(*participant.slave, adjustment);
    }
}

std::vector<ClockStatus> statusesOf(std::vector<Participant>& participants, HostTime now,
                                    const Roster& roster) {
    std::vector<ClockStatus> clocks;
    clocks.reserve(participants.size());
    for (Participant& participant : participants) {
        clocks.push_back(std::move(participant.status));
    }
    for (const auto& [slave, member] : roster.members()) {
        if (member.expected && !member.answered(now)) {
            clocks.push_back(statusOf(member));
            clocks.back().exclusion = Exclusion::late;
        }
    }
    std::sort(clocks.begin(), clocks.end(), [](const ClockStatus& a, const ClockStatus& b) {
        return std::tie(b.master, a.name, a.address) < std::tie(a.master, b.name, b.address);
    });
    return clocks;
}

}  // namespace

ClockStatus statusOf(const Member& member) {
    ClockStatus status;
    status.name = member.name;
    status.address = member.address;
    status.lab = member.lab;
    return status;
}

Adjustment takenOver(const Adjustment& told, HostTime now) {
    Adjustment group = told;
    group.bound = told.boundAt(now);
    return group;
}

CycleOutcome concludeCycle(std::uint32_t cycle, HostTime now, Roster& roster, GroupRate& rate,
                           const Adjustment& group, const ClockState& master,
                           const CycleOptions& options) {
    std::vector<Participant> participants =
        participantsOf(now, roster, group, master, options.masterName);
    const Average average = averageOf(participants, options.average);
    Learnt learnt{.ratePpb = 0, .line = group.deviation};
    if (const auto sigma = sigmaOfBetter(participants); sigma && now > group.reference) {
        learnt = learnRate(group.deviation, average.offset, *sigma, now - group.reference);
        rate.correct(learnt.ratePpb);
    }
    rate.follow(now, knownDrifts(now, roster), roster.size());

    CycleOutcome outcome;
    outcome.master = {.cycle = cycle,
                      .reference = now,
                      .correction = group.correctionAt(now) + average.offset,
                      .frequencyPpb = rate.ppb(),
                      .bound = driftOver(group.bound, kRemembered * 1e9),
                      .boundGrowthPpb = {},
                      .deviation = {driftOver(learnt.line.sigma, kRemembered * 1e9),
                                    kRemembered * learnt.line.driftPpb}};
    if (master.synchronized) {
        outcome.master.boundGrowthPpb = motionPpb(now, average.offset, rate, group, participants);
    }
    for (std::size_t i = 0; i < participants.size(); ++i) {
        Participant& participant = participants[i];
        participant.status.exclusion = average.exclusions[i];
        participant.status.offset = participant.fromGroup - participants.front().fromGroup;
        admit(participant, roster, master.synchronized);
        adjust(participant, average.offset, outcome);
    }
    roster.expectOn(outcome.master);
    outcome.status.cycle = cycle;
    outcome.status.when = corrected(now, outcome.master.correction);
    outcome.status.average = average.offset;
    outcome.status.spreadBefore = spreadOf(participants);
    outcome.status.clocks = statusesOf(participants, now, roster);
    return outcome;
}

}  // namespace berkeley
