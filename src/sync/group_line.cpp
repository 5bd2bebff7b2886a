/// Where the group's line is, and how fast it moves.
#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "participant.h"
#include "sync/agreement.h"
#include "sync/group.h"
#include "sync/tuning.h"

namespace berkeley::sync {
namespace {

template <class T>
T nthOf(std::vector<T> values, std::size_t n) {
    const auto nth = values.begin() + static_cast<std::ptrdiff_t>(n);
    std::nth_element(values.begin(), nth, values.end());
    return *nth;
}

/// Returns the middle value; of an even number, the upper one of the middle two.
template <class T>
T middleOf(std::vector<T> values) {
    const std::size_t middle = values.size() / 2;
    return nthOf(std::move(values), middle);
}

/// Drops witnesses that are much less sure than most, such as a clock that is slewed from afar.
std::vector<const Participant*> surest(std::vector<const Participant*> witnesses) {
    std::vector<Nanoseconds> sigmas;
    sigmas.reserve(witnesses.size());
    for (const Participant* witness : witnesses) {
        sigmas.push_back(witness->sigma());
    }
    if (!sigmas.empty()) {
        const Nanoseconds limit = kMuchLessSure * nthOf(sigmas, (sigmas.size() - 1) / 2);
        std::erase_if(witnesses,
                      [limit](const Participant* witness) { return witness->sigma() > limit; });
    }
    return witnesses;
}

Average averageOfCounted(const std::vector<Participant>& clocks, const AverageOptions& options) {
    std::vector<Reading> readings;
    for (const Participant& clock : clocks) {
        if (clock.counts) {
            readings.push_back({clock.fromLine, clock.host.bound});
        }
    }
    return readings.empty() ? Average{} : averageOf(readings, options);
}

/// Sets the standings of the clocks that count; `standings` has them in order.
void exclude(std::vector<Participant>& clocks, const std::vector<Standing>& standings) {
    auto next = standings.begin();
    for (Participant& clock : clocks) {
        if (clock.counts) {
            clock.status.standing = *next++;
        }
    }
}

}  // namespace

/// Returns where the group's line is by the master's own knowledge.
Interval Group::ownPlace() const {
    const Nanoseconds margin = kGate * (error_ ? error_->deviation().sigma : Nanoseconds{});
    return {-margin, margin};
}

/// Whether any slaves know the line, whether they have answered or not.
bool Group::hasOtherMembers() const {
    const auto& members = roster_.members();
    return std::any_of(members.begin(), members.end(), [this](const auto& member) {
        return member.second.membership.group == line_.membership.group;
    });
}

std::vector<Interval> Group::placesOfMembers(const Participants& clocks) const {
    std::vector<Interval> places;
    for (const Participant& clock : clocks) {
        if (isMember(clock)) {
            places.push_back(clock.place());
        }
    }
    return places;
}

/// Names the clocks that are too fast by their measured rates. The master's own rate, 0, is among
/// these.
void Group::nameTooFast(Participants& clocks) {
    std::vector<double> rates;
    for (const Participant& clock : clocks) {
        rates.push_back(clock.status.driftPpb.value_or(0));
    }
    const std::vector<bool> named = tooFast(rates, options_.driftLimit);
    for (std::size_t i = 0; i < clocks.size(); ++i) {
        clocks[i].tooFast = named[i];
        clocks[i].counts &= !named[i];
        if (!clocks[i].isMaster()) {
            roster_.find(clocks[i].slave)->tooFast = named[i];
        }
    }
}

/// A master that knows no group takes up the largest of the groups that its slaves know. Slaves
/// that know a line but whose version has no group ids count as one group, which then gets an id.
/// Returns false if no slave knows a line.
bool Group::adopt(Participants& clocks) {
    std::map<GroupId, std::vector<std::uint32_t>> terms;
    for (const Participant& clock : clocks) {
        if (clock.own) {
            terms[clock.membership.group].push_back(clock.membership.term);
        }
    }
    const auto largest = std::max_element(
        terms.begin(), terms.end(),
        [](const auto& a, const auto& b) { return a.second.size() < b.second.size(); });
    if (largest == terms.end()) {
        return false;
    }
    const std::uint32_t term = middleOf(largest->second);
    line_.membership = {largest->first != 0 ? largest->first : options_.newGroup,
                        std::max(term, term + 1)};
    for (Participant& clock : clocks) {
        if (clock.own && clock.membership.group == largest->first) {
            clock.membership = line_.membership;
            roster_.find(clock.slave)->membership = line_.membership;
        }
    }
    error_ = LineError::unknown(driftDeviationPpb());
    rateBoundPpb_ = 0;
    rate_ = GroupRate{rate_.ppb(), true};
    return true;
}

/// A clock that contradicts most of the clocks that know the line is the one that jumped, even if
/// it is the master's. If neither side has a majority, the later line is right, because a clock is
/// more likely to have stood still than to have run ahead.
Group::Verdict Group::judge(const Participants& clocks, HostTime now) {
    const std::vector<Interval> places = placesOfMembers(clocks);
    const std::size_t voters = places.size() + 1;
    if (isUnknown()) {
        const bool isAsked = !places.empty() || !hasOtherMembers();
        return isAsked && isSettled(now, voters) ? Verdict::falls : Verdict::open;
    }
    const Interval own = ownPlace();
    std::vector<Interval> here;
    for (const Interval& place : places) {
        if (const auto both = intersection(place, own)) {
            here.push_back(*both);
        }
    }
    const auto nearby = agreementOf(here);
    const std::size_t forLine = 1 + (nearby ? nearby->count : 0);
    // Newcomers that a master alone with its line has told would only echo that line.
    const bool isAlone = voters == 1 && voters_ != 1;
    if (2 * forLine > voters && (!isAlone || isSettled(now, voters))) {
        voters_ = voters;
        arrived_.clear();
        lastArrival_ = now;  // A lack of majority has to last.
        return Verdict::stands;
    }
    if (!isSettled(now, voters)) {
        return Verdict::open;
    }
    const Agreement other = agreementOf(places).value();
    const bool isLater = other.place.low > own.high;
    if (other.count < forLine || (other.count == forLine && !isLater)) {
        return Verdict::stands;
    }
    forget();
    return Verdict::falls;
}

/// No clock knows a group: all clocks that are there make its time.
Nanoseconds Group::found(Participants& clocks) {
    line_.membership = {options_.newGroup, 1};
    voters_ = 1;
    for (Participant& clock : clocks) {
        clock.counts = true;
    }
    const Average average = averageOfCounted(clocks, options_.average);
    exclude(clocks, average.standings);
    return average.offset;
}

/// Returns the witnesses: of a known line, the members near it that this master has not told yet;
/// of an unknown line, the members at the place where most agree.
std::vector<const Participant*> Group::witnessesAmong(const Participants& clocks) const {
    std::optional<Agreement> agreement;
    if (isUnknown()) {
        agreement = agreementOf(placesOfMembers(clocks));
    }
    std::vector<const Participant*> witnesses;
    for (const Participant& clock : clocks) {
        if (!isMember(clock)) {
            continue;
        }
        const bool isWitness =
            agreement ? intersection(clock.place(), agreement->place).has_value()
                      : !clock.told && error_->admits({clock.fromLine, clock.sigma(), clock.ago});
        if (isWitness) {
            witnesses.push_back(&clock);
        }
    }
    return surest(std::move(witnesses));
}

Nanoseconds Group::learn(const Participants& clocks) {
    const std::vector<const Participant*> witnesses = witnessesAmong(clocks);
    if (witnesses.empty()) {
        if (isUnknown()) {
            holdLine();  // No member knows a different line.
        }
        return {};
    }
    std::vector<Reading> readings;
    std::vector<Nanoseconds> sigmas, bounds, ages;
    for (const Participant* witness : witnesses) {
        readings.push_back({witness->fromLine, witness->host.bound});
        sigmas.push_back(witness->sigma());
        bounds.push_back(witness->host.bound);
        ages.push_back(witness->ago);
    }
    const bool wasUnknown = isUnknown();
    const Nanoseconds theirs = averageOf(readings, {}).offset;
    const auto [offset, ratePpb] = error_->learn({theirs, middleOf(sigmas), middleOf(ages)});
    rate_.correct(ratePpb);
    rateBoundPpb_ += std::abs(ratePpb);
    // The line is as near to that of the witnesses as they can be measured, or as near as it was,
    // plus its move.
    const Nanoseconds bound = middleOf(bounds) + std::chrono::abs(theirs - offset);
    line_.bound = wasUnknown ? bound : std::min(line_.bound + std::chrono::abs(offset), bound);
    return offset;
}

/// Excludes the master's clock while it is still slewed to the line; otherwise it is on the line by
/// definition.
void Group::countMaster(Participants& clocks) {
    std::vector<Nanoseconds> bounds;
    for (const Participant& clock : clocks) {
        if (clock.counts) {
            bounds.push_back(clock.host.bound);
        }
    }
    Participant& master = clocks.front();
    if (master.counts && std::chrono::abs(master.fromLine) > middleOf(bounds)) {
        master.counts = false;
        master.status.standing = Standing::jumped;
    }
}

/// The clocks on the line, which measure it, pull it along, no faster than rates explain.
Nanoseconds Group::follow(Participants& clocks, HostTime now) {
    const Average average = averageOfCounted(clocks, options_.average);
    exclude(clocks, average.standings);
    const Nanoseconds most = driftOver(elapsed_, motionPpb(now));
    const Nanoseconds shift = std::clamp(average.offset, -most, most);
    if (elapsed_ > Nanoseconds::zero() && !rate_.founding()) {
        const double ppb =
            static_cast<double>(shift.count()) / static_cast<double>(elapsed_.count()) * 1e9;
        const double part = std::min(1.0, std::chrono::duration<double>(elapsed_) / kDragTime);
        dragPpb_ += part * (ppb - dragPpb_);
    }
    return shift;
}

/// Returns the drifts that make the rate. A late clock keeps its part in the rate; otherwise the
/// parts of the others would change with every missing answer. A clock that is not told yet has no
/// part: what is still to be found out about its drift would change the rate.
std::map<SlaveId, double> Group::knownDrifts(HostTime now, const Participant& master) const {
    std::map<SlaveId, double> drifts;
    if (!master.tooFast) {
        drifts.emplace(kMaster, 0);
    }
    for (const auto& [slave, member] : roster_.members()) {
        const std::optional<Estimate> estimate = member.estimator.at(now);
        if (member.told && !member.tooFast && estimate && estimate->driftKnown()) {
            drifts.emplace(slave, estimate->driftPpb);
        }
    }
    return drifts;
}

/// Returns the number of clocks whose rates can be believed, as far as that is known.
std::size_t Group::goodClocks(const Participant& master) const {
    const auto& members = roster_.members();
    const auto bad = std::count_if(members.begin(), members.end(),
                                   [](const auto& member) { return member.second.tooFast; });
    return members.size() + 1 - static_cast<std::size_t>(bad) - (master.tooFast ? 1 : 0);
}

/// Returns how fast the line may move, apart from its frequency. While the group is being founded,
/// the frequency goes to the mean of the drifts at once, wherever in their ranges they turn out to
/// be. A clock that does not hear of the next cycle has to reckon with that much.
double Group::motionPpb(HostTime now) const {
    double motion = kMostMotionPpb;
    for (const auto& [slave, member] : roster_.members()) {
        const std::optional<Estimate> estimate = member.estimator.at(now);
        if (estimate && rate_.founding() && !member.tooFast) {
            motion = std::max(
                motion, std::abs(estimate->driftPpb - rate_.ppb()) + estimate->boundGrowthPpb);
        }
    }
    return std::min(motion, 2 * options_.driftLimit.betweenTwoPpb());
}

/// The bound of a line is for clocks that still follow it as it was told before; it shrinks as
/// their bounds grow.
void Group::moveLine(HostTime now, Nanoseconds shift, double motionPpb) {
    const Nanoseconds reserve = driftOver(elapsed_, kReservePpb);
    line_.bound =
        error_ ? line_.line().boundAt(now) : std::max(line_.bound - reserve, Nanoseconds::zero());
    line_.correction = line_.correctionAt(now) + shift;
    line_.reference = now;
    line_.frequencyPpb = rate_.ppb();
    line_.deviation = error_ ? error_->deviation() : Deviation{};
    line_.boundGrowthPpb =
        motionPpb +
        (error_ ? std::max(kGate * line_.deviation.driftDeviationPpb, rateBoundPpb_) : 0);
    ++line_.cycle;
}

}  // namespace berkeley::sync
