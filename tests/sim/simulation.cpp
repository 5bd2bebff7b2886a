#include "sim/simulation.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace berkeley::sim {
namespace {

/// What a slave takes to answer, and a master between two polls of a burst.
constexpr std::chrono::microseconds kThinking{5};

/// The cycle ends at this part of the interval; who has not answered then is late.
constexpr int kAnsweredWithin = 2;

}  // namespace

Simulation::Simulation(Scenario scenario)
    : scenario_(std::move(scenario)),
      random_(scenario_.seed),
      master_{Clock{scenario_.master, random_()}, sync::Discipline{scenario_.maxSlewPpb}},
      group_(newGroup()) {
    for (const SlaveModel& model : scenario_.slaves) {
        slaves_.push_back(
            {.model = model,
             .host = {Clock{model.clock, random_()}, sync::Discipline{scenario_.maxSlewPpb}}});
    }
    for (Slave& slave : slaves_) {
        names_.push_back(slave.model.name);
        at(slave.model.joins, [this, &slave] { join(slave); });
        if (slave.model.leaves != Nanoseconds::max()) {
            at(slave.model.leaves, [this, &slave] { leave(slave); });
        }
        if (slave.model.returns != Nanoseconds::max()) {
            at(slave.model.returns, [this, &slave] { join(slave); });
        }
    }
    at(Nanoseconds::zero(), [this] { beginCycle(reign_); });
}

sync::Group Simulation::newGroup() {
    sync::GroupOptions options;
    options.average = scenario_.average;
    options.foundAfter = scenario_.foundAfter;
    options.newGroup = ++lastGroup_;
    return {options, master_.clock.at(now_)};
}

void Simulation::at(Nanoseconds when, std::function<void()> happen) {
    events_.push({when, order_++, std::move(happen)});
}

void Simulation::runUntil(Nanoseconds until) {
    while (!events_.empty() && events_.top().when < until) {
        const Event event = events_.top();
        events_.pop();
        now_ = event.when;
        event.happen();
    }
    now_ = until;
}

void Simulation::join(Slave& slave) {
    if (slave.present || leaderless_) {
        return;
    }
    const sync::ClockState& state = slave.host.discipline.state();
    std::optional<double> frequency;
    if (state.synchronized) {
        frequency = state.line.frequencyPpb;
    } else if (const auto drift = slave.model.rememberedDriftPpb) {
        frequency = -*drift / (1 + *drift * 1e-9);
    }
    slave.id = group_.join(slave.model.name, slave.model.name, frequency, master_.clock.at(now_));
    sync::Membership membership = state.membership;
    if (slave.model.claimMembership) {
        membership = slave.model.claimMembership(membership);
    }
    if (membership.isKnown()) {
        group_.introduce(slave.id, membership);
    }
    slave.present = true;
    slave.burst = {};
    slave.completion = {};
    slave.lastToSlave = slave.lastToMaster = now_;
}

void Simulation::leave(Slave& slave) {
    group_.leave(slave.id);
    slave.present = false;
}

void Simulation::leaveAll() {
    leaderless_ = true;
    for (Slave& slave : slaves_) {
        leave(slave);
    }
}

/// From now on the master leads, and the slaves come to it.
void Simulation::lead(std::uint32_t term) {
    group_ = newGroup();
    group_.lead(master_.discipline.state(), term, master_.clock.at(now_));
    leaderless_ = false;
    for (Slave& slave : slaves_) {
        at(now_ + slave.model.comesBack, [this, &slave] { join(slave); });
    }
    ++reign_;
    at(now_, [this, reign = reign_] { beginCycle(reign); });
}

void Simulation::takeOver(const std::string& name, Nanoseconds after) {
    leaveAll();
    const std::uint32_t term = group_.membership().term;
    at(now_ + after, [this, &slave = find(name), term] {
        // What was the master is gone.
        std::swap(master_, slave.host);
        slave.model.comesBack = Nanoseconds::max() / 4;
        lead(term + 1);
    });
}

void Simulation::restart(Nanoseconds after, bool remembers) {
    leaveAll();
    at(now_ + after, [this, remembers, term = group_.membership().term] {
        if (!remembers) {
            master_.discipline = sync::Discipline{scenario_.maxSlewPpb};
        }
        lead(term);
    });
}

void Simulation::pause(const std::string& name, Nanoseconds span, bool notices) {
    const Nanoseconds end = now_ + span;
    hostClock(name).stepBy(-span, end);
    if (!name.empty()) {
        find(name).pausedUntil = end;
        return;
    }
    leaveAll();
    const std::uint64_t reign = ++reign_;
    at(end, [this, reign, notices] {
        leaderless_ = false;
        if (notices) {
            group_.doubt(master_.clock.at(now_));
        }
        for (Slave& slave : slaves_) {
            at(now_ + slave.model.comesBack, [this, &slave] { join(slave); });
        }
        beginCycle(reign);
    });
}

void Simulation::beginCycle(std::uint64_t reign) {
    if (reign != reign_ || leaderless_) {
        return;
    }
    at(now_ + scenario_.interval, [this, reign] { beginCycle(reign); });
    if (!group_.isReady(master_.clock.at(now_))) {
        return;
    }
    group_.beginCycle();
    for (Slave& slave : slaves_) {
        if (slave.present && !slave.burst.isOutstanding()) {
            const int length = group_.beginBurst(slave.id, scenario_.interval);
            slave.burst.begin(scenario_.burst.value_or(length));
            poll(slave);
        }
    }
    at(now_ + scenario_.interval / kAnsweredWithin, [this, reign] { endCycle(reign); });
}

void Simulation::poll(Slave& slave) {
    const std::uint32_t sequence = slave.burst.send(master_.clock.at(now_));
    at(arrivalAtSlave(slave),
       [this, &slave, id = slave.id, sequence] { answer(slave, id, sequence); });
}

Nanoseconds Simulation::arrivalAtSlave(Slave& slave) {
    slave.lastToSlave = std::max(slave.lastToSlave, now_ + slave.model.path.poll(random_, now_));
    return slave.lastToSlave;
}

void Simulation::answer(Slave& slave, sync::SlaveId asked, std::uint32_t sequence) {
    if (!slave.present || slave.id != asked) {
        return;
    }
    if (now_ < slave.pausedUntil) {
        at(slave.pausedUntil, [this, &slave, asked, sequence] { answer(slave, asked, sequence); });
        return;
    }
    if (slave.model.silent && slave.model.silent(now_)) {
        slave.burst = {};
        return;
    }
    const Nanoseconds lie = slave.model.lie ? slave.model.lie(now_) : Nanoseconds::zero();
    const Nanoseconds sent = now_ + kThinking;
    const HostTime t2 = slave.host.clock.at(now_) + lie, t3 = slave.host.clock.at(sent);
    sync::ClockReading reading{t3 + lie, slave.host.discipline.state().line.at(t3),
                               slave.host.discipline.state().deviationAt(t3)};
    if (slave.model.claim) {
        slave.model.claim(reading);
    }
    slave.lastToMaster =
        std::max(slave.lastToMaster, sent + slave.model.path.report(random_, sent));
    at(slave.lastToMaster, [this, &slave, asked, sequence, t2, reading] {
        receive(slave, asked, sequence, t2, reading);
    });
}

void Simulation::receive(Slave& slave, sync::SlaveId asked, std::uint32_t sequence, HostTime t2,
                         const sync::ClockReading& reading) {
    if (!slave.present || slave.id != asked) {
        return;
    }
    const std::optional<sync::Burst::Answer> answer = slave.burst.take(sequence);
    if (!answer) {
        return;
    }
    if (!answer->last) {
        poll(slave);
    }
    const sync::Measurement latest{{answer->t1, t2, reading.sent, master_.clock.at(now_)}, reading};
    const auto counted = slave.completion.add(*answer, latest, std::nullopt);
    for (const auto& measurement : {counted.completed, counted.first}) {
        if (measurement) {
            group_.record(slave.id, measurement->exchange, measurement->reading);
        }
    }
}

void Simulation::endCycle(std::uint64_t reign) {
    if (reign != reign_ || leaderless_) {
        return;
    }
    const HostTime end = master_.clock.at(now_);
    sync::CycleOutcome outcome = group_.conclude(end, master_.discipline.state());
    if (outcome.master) {
        master_.discipline.apply(end, *outcome.master);
    }
    tell(outcome);
    lastCycle_ = std::move(outcome.status);
}

void Simulation::tell(const sync::CycleOutcome& outcome) {
    for (const auto& [id, adjustment] : outcome.adjustments) {
        const auto slave = std::find_if(slaves_.begin(), slaves_.end(), [id = id](const Slave& s) {
            return s.present && s.id == id;
        });
        if (slave == slaves_.end()) {
            continue;
        }
        const Nanoseconds arrival = std::max(arrivalAtSlave(*slave), slave->pausedUntil);
        at(arrival, [slave, arrival, adjustment = adjustment] {
            slave->host.discipline.apply(slave->host.clock.at(arrival), adjustment);
        });
    }
}

Shown Simulation::Host::at(Nanoseconds trueTime) const {
    const HostTime host = clock.at(trueTime);
    const sync::ClockState& state = discipline.state();
    return {state.line.groupTimeAt(host), state.line.boundAt(host), state.synchronized,
            state.steps};
}

Shown Simulation::master(Nanoseconds trueTime) const { return master_.at(trueTime); }

Shown Simulation::slave(const std::string& name, Nanoseconds trueTime) const {
    return find(name).host.at(trueTime);
}

Nanoseconds Simulation::error(const std::string& name, Nanoseconds trueTime) const {
    return slave(name, trueTime).time - master(trueTime).time;
}

Nanoseconds Simulation::spread(Nanoseconds trueTime) const {
    GroupTime low = master(trueTime).time, high = low;
    for (const Slave& slave : slaves_) {
        const Shown shown = slave.host.at(trueTime);
        if (slave.present && shown.synchronized) {
            low = std::min(low, shown.time);
            high = std::max(high, shown.time);
        }
    }
    return high - low;
}

Clock& Simulation::hostClock(const std::string& name) {
    return name.empty() ? master_.clock : find(name).host.clock;
}

const sync::ClockStatus& Simulation::lastStatus(const std::string& name) const {
    for (const sync::ClockStatus& status : lastCycle_.clocks) {
        if (status.name == name) {
            return status;
        }
    }
    throw std::invalid_argument("no clock " + name + " in the last sync cycle");
}

const Simulation::Slave& Simulation::find(const std::string& name) const {
    const auto found = std::find_if(slaves_.begin(), slaves_.end(),
                                    [&](const Slave& slave) { return slave.model.name == name; });
    if (found == slaves_.end()) {
        throw std::invalid_argument("no slave " + name);
    }
    return *found;
}

Simulation::Slave& Simulation::find(const std::string& name) {
    return const_cast<Slave&>(std::as_const(*this).find(name));
}

}  // namespace berkeley::sim
