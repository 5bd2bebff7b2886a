#include "sync/group.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "participant.h"
#include "sync/burst.h"
#include "sync/tuning.h"

// What to know before changing this file.
//
// An object of this class is the memory of a master. The master's threads feed it under the lock of
// SharedGroup: the receive threads with join(), introduce(), record() and leave(), the sync thread
// with beginCycle(), beginBurst() and, once a cycle, conclude(). Nothing here reads a clock or
// waits.
//
// The line is over the master's *unsteered* clock, and so are all times and offsets. Where a group
// clock is, even the master's, is only ever an observation: nothing that was told to a clock comes
// back as a measurement of its offset. So no gain has to be tuned and no error is fed back. Keep it
// that way: what a slave says of its correction only helps a new estimate (expectOn()).
//
// A clock is at `fromLine` as seen from the *old* line. The cycle finds one number, `shift`, and
// moves the line by it, so each clock has to change by `shift - fromLine`. Everything that needs
// the old line (elapsed_, participantsOf(), ownPlace()) comes before moveLine(); what clocks are
// told comes after it.
//
// What a cycle does depends on what is known:
//
//   membership unknown   no slave knows a group either: found(); else adopt() leads to
//                        the next case
//   error_, unknown      the line is not known here: learn() takes the place where most agree
//   error_, known        the line may be off: learn() moves it by what its witnesses say
//   no error_            the line is the group's by definition: follow() moves it with the average
//
// lead(), adopt() and forget() set error_; holdLine() ends it. Go through these functions, so that
// the flags below stay right.
//
// What is remembered of each slave (Member):
//
//   told     this master has told the slave a line. The slave is then an echo, and no witness of a
//            line that is known. Forgotten whenever the line is, or when the slave's clock is no
//            longer what it was.
//   knew     the slave knew the line before it was told. Most of these slaves must be told before
//            the line of a new master is the group's (endError()): the first to come may know it
//            worst.
//   counted  the slave has been on the line at some time since it joined: this tells a clock that
//            jumped from a newcomer.
//
// The order in conclude() is part of the design:
//
//   1. The error ages first: everything afterwards compares with what is known *now*.
//   2. Clocks that are too fast are named before anything is averaged.
//   3. adopt() comes before judge(), which then finds a line that is unknown.
//   4. judge() comes before the shift: it may find that the line is unknown, and then learn() takes
//      it from the others in the same cycle. While the verdict is `open`, an unknown line stays
//      where it is, and only clocks that hold the line are told.
//   5. The rate follows after the shift, because learn() may have corrected it.
//   6. endError() comes last: a slave that was told in this cycle counts as told.
//
// Which slaves to wait for (settledAt()): after a power cut slaves come one by one, and the first
// must not decide for the others. arrived_ holds the slaves that are new since the line was last
// uncontradicted, so that a slave that comes and goes does not put the decision off for ever. A
// master that is alone with its line waits as well (isAlone in judge()): otherwise it would tell
// newcomers a wrong line and then count them as its majority.
//
// What to believe of a slave: its bound is our own, because it follows from the exchanges. Its word
// (deviation, membership, correction) can help but is never relied on: a term is the median of the
// terms that slaves report, a line is the robust average of the witnesses, and a witness has to
// agree with most others or pass the gate. A change that lets one slave's word decide is a hole;
// tests/sim/liars_test.cpp has the cases.
//
// What is told carries the line's own bound, for clocks that still follow the line as it was told
// before. This bound comes from lead() and learn(); in moveLine() it shrinks more slowly than the
// bounds of those clocks grow.

namespace berkeley::sync {
namespace {

/// Returns the time at which group time is `time`, on the host clock whose correction `line` is.
/// `near` is not far from it.
HostTime whenOn(const Adjustment& line, GroupTime time, HostTime near) {
    for (int i = 0; i < 2; ++i) {
        near = HostTime{time.time_since_epoch() - line.correctionAt(near)};
    }
    return near;
}

/// Tells the estimator which offset to expect of a slave whose clock is on the line.
void expectOn(const Adjustment& line, const ClockReading& reading, HostTime arrival,
              OffsetEstimator& estimator) {
    const HostTime when = whenOn(line, corrected(reading.sent, reading.correction), arrival);
    if (!isBelievable(when)) {
        return;
    }
    const Deviation group{line.deviation.after(when - line.reference),
                          line.deviation.driftDeviationPpb};
    estimator.expect(when, reading.sent - when, both(*reading.deviation, group));
}

}  // namespace

Group::Group(GroupOptions options, HostTime now)
    : options_(std::move(options)), rate_(options_.rememberedPpb.value_or(0)), lastArrival_(now) {
    assert(options_.newGroup != 0);
    line_.reference = now;
    line_.frequencyPpb = rate_.ppb();
    line_.deviation.driftDeviationPpb = driftDeviationPpb();
}

/// Returns how well the rate is known before there is a line.
double Group::driftDeviationPpb() const {
    return options_.rememberedPpb ? kRememberedRatePpb : kUnknownRatePpb;
}

void Group::lead(const ClockState& own, std::uint32_t term, HostTime now) {
    voters_ = 0;
    arrived_.clear();
    lastArrival_ = now;
    ledSince_ = now;
    roster_.forgetTold();
    if (!own.synchronized) {
        return;
    }
    line_ = own.told();
    rateBoundPpb_ = line_.boundGrowthPpb;
    if (!line_.membership.isKnown()) {
        line_.membership.group = options_.newGroup;  // Its master's version had no group ids.
    }
    line_.membership.term = std::max({line_.membership.term, term, std::uint32_t{1}});
    rate_ = GroupRate{line_.frequencyPpb, true};
    if (own.deviationAt(now)) {
        error_ = LineError{line_.deviation};
    } else {
        forget();
    }
}

void Group::doubt(HostTime now) {
    if (line_.membership.isKnown() && !isUnknown()) {
        forget();
        arrived_.clear();
        lastArrival_ = now;
    }
}

/// Called when the master's clock has jumped, or may have.
void Group::forget() {
    error_ = LineError::unknown(kRateAfterJumpPpb);
    roster_.forgetTold();
}

SlaveId Group::join(const std::string& name, const std::string& address,
                    std::optional<double> frequencyPpb, HostTime now) {
    if (arrived_.empty()) {
        firstArrival_ = now;
    }
    if (arrived_.size() < kMostArrivals && arrived_.insert(name).second) {
        lastArrival_ = now;
    }
    std::optional<RememberedDrift> remembered;
    if (frequencyPpb) {
        // The slave's frequency is relative to the group's rate.
        remembered = {.ppb = (rate_.ppb() - *frequencyPpb) / (1 + *frequencyPpb * 1e-9)};
        remembered->driftDeviationPpb =
            std::hypot(remembered->driftDeviationPpb, line_.deviation.driftDeviationPpb);
    }
    return roster_.join({.name = name,
                         .address = address,
                         .estimator = OffsetEstimator{remembered, options_.driftLimit}});
}

SlaveId Group::joinLab(const std::string& address, HostTime now) {
    const SlaveId slave = join(address, address, std::nullopt, now);
    roster_.find(slave)->lab = true;
    return slave;
}

void Group::introduce(SlaveId slave, const Membership& membership) {
    if (Member* member = roster_.find(slave)) {
        member->membership = membership;
    }
}

int Group::beginBurst(SlaveId slave, Nanoseconds interval) {
    Member* member = roster_.find(slave);
    if (member == nullptr) {
        return 0;
    }
    member->estimator.beginBurst();
    return burstLength(member->estimator.at(member->heard), roster_.size(), interval);
}

bool Group::record(SlaveId slave, const Exchange& exchange, const ClockReading& reading) {
    const std::optional<Sample> sample = toSample(exchange);
    if (!sample) {
        return false;
    }
    if (Member* member = roster_.find(slave)) {
        const bool knowsLine = reading.deviation && line_.membership.isKnown() &&
                               member->membership.group == line_.membership.group &&
                               !(error_ && error_->isUnknown());
        if (!member->reading && knowsLine) {
            expectOn(line_, reading, exchange.t4, member->estimator);
        }
        if (member->estimator.add(*sample)) {
            member->told = false;  // The clock of the slave, or of the master, is not what it was.
        }
        member->reading = reading;
        member->heard = exchange.t4;
        member->inThisCycle = true;
    }
    return true;
}

std::optional<HostTime> Group::readyAt() const {
    if (line_.membership.isKnown()) {
        return std::nullopt;
    }
    return settledAt();
}

/// Returns when the wait for new slaves ends; the wait is limited, however many come.
HostTime Group::settledAt() const {
    const HostTime quiet = lastArrival_ + options_.foundAfter;
    return arrived_.empty() ? quiet
                            : std::min(quiet, firstArrival_ + kMostWaits * options_.foundAfter);
}

/// Clocks that are there do not decide for clocks that are about to come.
bool Group::isSettled(HostTime now, std::size_t voters) const {
    return now >= settledAt() || (voters_ > 2 && voters >= voters_);
}

bool Group::isMember(const Participant& clock) const {
    return !clock.isMaster() && clock.own && clock.membership.group == line_.membership.group;
}

CycleOutcome Group::conclude(HostTime now, const ClockState& own) {
    elapsed_ = std::max(now - line_.reference, Nanoseconds::zero());
    if (error_) {
        error_->age(elapsed_);
    }
    Participants clocks = participantsOf(now, roster_, line_, own, options_.masterName);
    nameTooFast(clocks);
    const bool founds = !line_.membership.isKnown() && !adopt(clocks);
    const bool wasKnown = !founds && !isUnknown();
    const Verdict verdict = founds ? Verdict::stands : judge(clocks, now);
    if (!founds) {
        countMaster(clocks);
    }

    Nanoseconds shift{};
    if (founds) {
        shift = found(clocks);
    } else if (!error_) {
        shift = follow(clocks, now);
    } else if (verdict != Verdict::open || !isUnknown()) {
        shift = learn(clocks);
    }
    rate_.follow(now, knownDrifts(now, clocks.front()), goodClocks(clocks.front()));
    moveLine(now, shift, motionPpb(now));
    nameStandings(clocks, shift);

    CycleOutcome outcome;
    outcome.status.cycle = line_.cycle;
    outcome.status.when = corrected(now, line_.correction);
    outcome.status.average = shift;
    outcome.status.membership = line_.membership;
    outcome.status.dragPpb = dragPpb_;
    if (wasKnown && verdict == Verdict::falls) {
        outcome.status.contradiction = shift;
    }
    tell(clocks, shift, verdict, outcome);
    endError(now);
    outcome.status.spreadBefore = spreadOf(clocks);
    outcome.status.clocks = statusesOf(std::move(clocks), now, roster_);
    return outcome;
}

void Group::nameStandings(Participants& clocks, Nanoseconds shift) {
    for (Participant& clock : clocks) {
        clock.status.offset = clock.fromLine - clocks.front().fromLine;
        if (clock.tooFast) {
            clock.status.standing = Standing::tooFast;
        }
        if (clock.isMaster() || clock.status.standing != Standing::counted) {
            continue;
        }
        Member& member = *roster_.find(clock.slave);
        if (clock.counts || std::chrono::abs(clock.fromLine - shift) <= clock.host.bound) {
            // A founder is a newcomer until it is where it was told to be.
            member.counted = member.counted || clock.told || isMember(clock);
        } else {
            clock.status.standing = member.counted ? Standing::jumped : Standing::newcomer;
        }
    }
}

/// Adds what each clock is told to `outcome`, the master's own clock first.
void Group::tell(Participants& clocks, Nanoseconds shift, Verdict verdict, CycleOutcome& outcome) {
    for (const Participant& clock : clocks) {
        if (isMember(clock) && !clock.told) {
            roster_.find(clock.slave)->knew = true;
        }
    }
    if (isUnknown()) {
        return;
    }
    outcome.master = line_;
    for (Participant& clock : clocks) {
        const Nanoseconds change = shift - clock.fromLine;
        if (clock.isMaster()) {
            clock.status.change = change;
            continue;
        }
        const Adjustment adjustment = seenFrom(clock.host, line_);
        if (isLeftAlone(clock, adjustment, shift, verdict)) {
            continue;
        }
        Member& member = *roster_.find(clock.slave);
        member.told = true;
        member.membership = line_.membership;
        clock.status.change = change;
        outcome.adjustments.emplace_back(clock.slave, adjustment);
    }
}

/// While it is undecided whose line is right, only clocks that hold this one are told. A member
/// that this master has not told yet may know its own correction better than the master could tell
/// it.
bool Group::isLeftAlone(const Participant& clock, const Adjustment& adjustment, Nanoseconds shift,
                        Verdict verdict) const {
    if (verdict == Verdict::open && !intersection(clock.place(), ownPlace())) {
        return true;
    }
    return isMember(clock) && !clock.told &&
           clock.own->after(elapsed_) < kClearlyBetter * adjustment.deviation.after(elapsed_) &&
           std::chrono::abs(clock.fromLine - shift) <= clock.host.bound;
}

/// Once this master has told most of the members that knew the line, the line is the group's. The
/// first of them to come may be the one that knows it worst.
void Group::endError(HostTime now) {
    if (now < ledSince_ + options_.foundAfter) {
        return;
    }
    std::size_t knew = 0, told = 0;
    bool isAnyTold = false;
    for (const auto& [slave, member] : roster_.members()) {
        knew += member.knew ? 1 : 0;
        told += member.knew && member.told ? 1 : 0;
        isAnyTold |= member.told;
    }
    if (error_ && !isUnknown() && isAnyTold && 2 * told >= knew) {
        holdLine();
    }
}

/// From now on the group's line is the one that this master keeps.
void Group::holdLine() {
    error_.reset();
    rateBoundPpb_ = 0;
}

}  // namespace berkeley::sync
