/// Where the group's line is, and how fast it goes.
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

/// Of an even number the upper one of the two.
template <class T>
T middleOf(std::vector<T> values) {
    const std::size_t middle = values.size() / 2;
    return nthOf(std::move(values), middle);
}

/// Without those that are much less sure than most, such as a clock that is slewed from afar.
std::vector<const Participant*> surest(std::vector<const Participant*> witnesses) {
    std::vector<Nanoseconds> sigmas;
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

/// `standings` are of those that count, in their order.
void exclude(std::vector<Participant>& clocks, const std::vector<Standing>& standings) {
    auto next = standings.begin();
    for (Participant& clock : clocks) {
        if (clock.counts) {
            clock.status.standing = *next++;
        }
    }
}

}  // namespace

/// Where the group's line is by the master's own knowledge.
Interval Group::ownPlace() const {
    const Nanoseconds margin = kGate * (error_ ? error_->deviation().sigma : Nanoseconds{});
    return {-margin, margin};
}

/// Whether there are slaves that know the line, whether they have answered or not.
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

/// By their measured rates, the master's own among them, which is 0.
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

/// A master that knows no group asks its slaves for theirs, and takes up the largest. Of those who
/// are of a version without identities, and know a line all the same, it makes one.
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

/// Who contradicts most of those who know the line is the one that jumped, the master included.
/// When neither side has most, a clock rather stood still than ran ahead: the later line is right.
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
    // Newcomers that such a master has told would only echo its line.
    const bool isAlone = voters == 1 && voters_ != 1;
    if (2 * forLine > voters && (!isAlone || isSettled(now, voters))) {
        voters_ = voters;
        arrived_.clear();
        lastArrival_ = now;  // To be without a majority has to last.
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

/// No clock knows a group: all that are there make its time.
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

/// Of a line that is known the members whom this master has not told yet, and who are near it; of
/// one that is not, the place where most members agree.
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
    // The line is as near to the witnesses' as they can be measured, or as it was and moved.
    const Nanoseconds bound = middleOf(bounds) + std::chrono::abs(theirs - offset);
    line_.bound = wasUnknown ? bound : std::min(line_.bound + std::chrono::abs(offset), bound);
    return offset;
}

/// The master's clock is on the line by definition, but while it is slewed there.
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

/// The clocks on the line, which measure it, pull it along; no faster than rates explain.
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

/// A clock that is late keeps its part in the rate: the others' must not change with every answer
/// that is missing. One that is not told yet has none: what is still to be found out about its
/// drift would change the rate.
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

/// How many there are whose rates can be believed, as far as that is known.
std::size_t Group::goodClocks(const Participant& master) const {
    const auto& members = roster_.members();
    const auto bad = std::count_if(members.begin(), members.end(),
                                   [](const auto& member) { return member.second.tooFast; });
    return members.size() + 1 - static_cast<std::size_t>(bad) - (master.tooFast ? 1 : 0);
}

/// How fast the line may move, apart from its frequency. While the group is being founded that goes
/// to the mean of the drifts at once, wherever in their ranges they turn out to be. A clock that
/// does not hear of the next cycle has to reckon with as much.
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

/// The bound of a line is for those who still follow it as it was told before; it fades as theirs
/// grow.
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
