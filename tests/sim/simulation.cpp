#include "sim/simulation.h"

#include <algorithm>
#include <stdexcept>

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
      master_{Clock{scenario_.master, random_()}, Discipline{scenario_.maxSlewPpb}} {
    for (const SlaveModel& model : scenario_.slaves) {
        slaves_.push_back(
            {.model = model,
             .host = {Clock{model.clock, random_()}, Discipline{scenario_.maxSlewPpb}}});
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
    at(Nanoseconds::zero(), [this] { beginCycle(); });
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
    std::optional<double> drift = slave.model.rememberedDriftPpb;
    if (const ClockState& state = slave.host.discipline.state(); state.synchronized) {
        drift = rate_.ppb() - state.adjustment.frequencyPpb;
    }
    slave.id = roster_.join(slave.model.name, slave.model.name, false, drift);
    slave.present = true;
    slave.inBurst = false;
    slave.lastToSlave = slave.lastToMaster = now_;
}

void Simulation::leave(Slave& slave) {
    roster_.leave(slave.id);
    slave.present = false;
}

void Simulation::takeOver(const std::string& name, Nanoseconds after) {
    leaderless_ = true;
    for (Slave& slave : slaves_) {
        leave(slave);
    }
    Slave& slave = const_cast<Slave&>(find(name));
    at(now_ + after, [this, &slave] { promote(slave); });
}

/// From now on `slave` is what was the master.
void Simulation::promote(Slave& slave) {
    std::swap(master_, slave.host);
    group_ = takenOver(master_.discipline.state().adjustment, master_.clock.at(now_));
    rate_ = GroupRate{group_.frequencyPpb, true};
    leaderless_ = false;
    roster_.expectOn(group_);
    for (Slave& other : slaves_) {
        if (&other != &slave) {
            join(other);
        }
    }
}

void Simulation::beginCycle() {
    at(now_ + scenario_.interval, [this] { beginCycle(); });
    if (leaderless_) {
        return;
    }
    roster_.beginCycle();
    for (Slave& slave : slaves_) {
        if (slave.present && !slave.inBurst) {
            const int length = roster_.beginBurst(slave.id, scenario_.interval);
            slave.inBurst = true;
            slave.left = scenario_.burst.value_or(length);
            poll(slave);
        }
    }
    at(now_ + scenario_.interval / kAnsweredWithin, [this] { endCycle(); });
}

void Simulation::poll(Slave& slave) {
    --slave.left;
    const HostTime t1 = master_.clock.at(now_);
    at(arrivalAtSlave(slave), [this, &slave, id = slave.id, t1] { answer(slave, id, t1); });
}

Nanoseconds Simulation::arrivalAtSlave(Slave& slave) {
    slave.lastToSlave = std::max(slave.lastToSlave, now_ + slave.model.path.poll(random_, now_));
    return slave.lastToSlave;
}

void Simulation::answer(Slave& slave, SlaveId asked, HostTime t1) {
    if (!slave.present || slave.id != asked) {
        return;
    }
    if (slave.model.silent && slave.model.silent(now_)) {
        slave.inBurst = false;
        return;
    }
    const Nanoseconds lie = slave.model.lie ? slave.model.lie(now_) : Nanoseconds::zero();
    const Nanoseconds sent = now_ + kThinking;
    const HostTime t2 = slave.host.clock.at(now_), t3 = slave.host.clock.at(sent);
    ClockReading reading{t3 + lie, slave.host.discipline.state().line.at(t3),
                         slave.host.discipline.state().deviationAt(t3)};
    if (slave.model.claim) {
        slave.model.claim(reading);
    }
    slave.lastToMaster =
        std::max(slave.lastToMaster, sent + slave.model.path.report(random_, sent));
    const Nanoseconds arrival = slave.lastToMaster;
    at(arrival, [this, &slave, asked, arrival, reading, t1, t2 = t2 + lie, t3 = t3 + lie] {
        receive(slave, asked, {t1, t2, t3, master_.clock.at(arrival)}, reading);
    });
}

void Simulation::receive(Slave& slave, SlaveId asked, const Exchange& exchange,
                         const ClockReading& reading) {
    roster_.record(asked, exchange, reading);
    if (!slave.present || slave.id != asked) {
        return;
    }
    if (slave.left == 0) {
        slave.inBurst = false;
    } else {
        poll(slave);
    }
}

void Simulation::endCycle() {
    const HostTime end = master_.clock.at(now_);
    CycleOptions options;
    options.masterName = "master";
    options.average = scenario_.average;
    CycleOutcome outcome =
        concludeCycle(++cycle_, end, roster_, rate_, group_, master_.discipline.state(), options);
    group_ = outcome.master;
    master_.discipline.apply(end, outcome.master);
    for (const auto& [id, adjustment] : outcome.adjustments) {
        const auto slave = std::find_if(slaves_.begin(), slaves_.end(), [id = id](const Slave& s) {
            return s.present && s.id == id;
        });
        if (slave == slaves_.end()) {
            continue;
        }
        const Nanoseconds arrival = arrivalAtSlave(*slave);
        at(arrival, [slave, arrival, adjustment = adjustment] {
            slave->host.discipline.apply(slave->host.clock.at(arrival), adjustment);
        });
    }
    lastCycle_ = std::move(outcome.status);
}

Shown Simulation::Host::at(Nanoseconds trueTime) const {
    const HostTime host = clock.at(trueTime);
    const ClockState& state = discipline.state();
    return {state.line.groupTimeAt(host), state.boundAt(host), state.synchronized, state.steps};
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
    return name.empty() ? master_.clock : const_cast<Slave&>(find(name)).host.clock;
}

const ClockStatus& Simulation::lastStatus(const std::string& name) const {
    for (const ClockStatus& status : lastCycle_.clocks) {
        if (status.name == name) {
            return status;
        }
    }
    throw std::invalid_argument("no clock " + name + " in the last sync cycle");
}

const Simulation::Slave& Simulation::find(const std::string& name) const {
    for (const Slave& slave : slaves_) {
        if (slave.model.name == name) {
            return slave;
        }
    }
    throw std::invalid_argument("no slave " + name);
}

}  // namespace berkeley::sim
