/// A group in its simplest form: one exchange with each slave in a cycle, and no jitter.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sync/group.h"

namespace berkeley::sync {

using namespace std::chrono_literals;

inline constexpr HostTime kStart{std::chrono::hours{500'000}};

/// A master and its slaves, whose path takes 50 µs each way and whom it polls once in a cycle.
class SimpleGroup {
  public:
    SlaveId join(const std::string& name, Nanoseconds offset, double driftPpb = 0,
                 HostTime now = kStart) {
        const SlaveId slave = group_.join(name, name + ":1", std::nullopt, now);
        slaves_.emplace(slave, Clock{offset, driftPpb, Discipline{500'000}});
        return slave;
    }

    void joinAll(std::initializer_list<const char*> names) {
        for (const char* name : names) {
            join(name, 0s);
        }
    }

    SlaveId joinLab(const std::string& address, Nanoseconds offset) {
        const SlaveId slave = group_.joinLab(address, kStart);
        slaves_.emplace(slave, Clock{offset, 0, Discipline{500'000}});
        return slave;
    }

    CycleOutcome cycle(HostTime when, std::vector<SlaveId> silent = {}) {
        group_.beginCycle();
        for (auto& [slave, clock] : slaves_) {
            if (std::find(silent.begin(), silent.end(), slave) == silent.end()) {
                exchange(slave, clock, when);
            }
        }
        const HostTime end = when + 1ms;
        CycleOutcome outcome = group_.conclude(end, master_.state());
        if (outcome.master) {
            master_.apply(end, *outcome.master);
        }
        for (const auto& [slave, adjustment] : outcome.adjustments) {
            Clock& clock = slaves_.at(slave);
            if (!group_.members().at(slave).lab) {
                clock.discipline.apply(clock.at(end), adjustment);
            }
        }
        return outcome;
    }

    /// The slaves have another master now, who was told this line.
    void changeMaster(HostTime now, const Adjustment& line) {
        master_.apply(now, line);
        changeMaster(now);
    }

    /// The slaves have another master now, whose clock and line are the same.
    void changeMaster(HostTime now) {
        group_ = Group{options_, now};
        group_.lead(master_.state(), 2, now);
        std::map<SlaveId, Clock> slaves;
        for (const auto& [former, clock] : slaves_) {
            const std::string name = "slave-" + std::to_string(former);
            const SlaveId slave = group_.join(name, name + ":1", std::nullopt, now);
            group_.introduce(slave, clock.discipline.state().membership);
            slaves.emplace(slave, clock);
        }
        slaves_ = std::move(slaves);
    }

    /// It has to ask its slaves for the line, and remembers at most the rate of an earlier run.
    void restartMaster(HostTime now, std::optional<double> rememberedPpb) {
        options_.rememberedPpb = rememberedPpb;
        master_ = Discipline{500'000};
        changeMaster(now);
    }

    void waitBeforeDeciding(Nanoseconds time) { options_.foundAfter = time; }

    /// An exchange with that slave, whose answer takes so long, ends the cycle.
    CycleOutcome hearLate(SlaveId slave, HostTime when, Nanoseconds late) {
        group_.beginCycle();
        exchange(slave, slaves_.at(slave), when, late);
        return group_.conclude(when + late + 1ms, master_.state());
    }

    CycleOutcome cycles(int count, HostTime& now) {
        CycleOutcome outcome;
        for (int i = 0; i < count; ++i) {
            outcome = cycle(now += 1s);
        }
        return outcome;
    }

    /// Its clock is on the line of another group, on which it is that far ahead.
    SlaveId joinFrom(const Membership& membership, const std::string& name, Nanoseconds correction,
                     HostTime now) {
        const SlaveId slave = join(name, 0s, 0, now);
        slaves_.at(slave).discipline.apply(
            now, {.reference = now, .correction = correction, .membership = membership});
        group_.introduce(slave, membership);
        return slave;
    }

    void leave(SlaveId slave) {
        group_.leave(slave);
        slaves_.erase(slave);
    }

    void tell(SlaveId slave, HostTime now, const Deviation& deviation) {
        Discipline& discipline = slaves_.at(slave).discipline;
        Adjustment adjustment = discipline.state().told();
        adjustment.deviation = deviation;
        discipline.apply(slaves_.at(slave).at(now), adjustment);
    }

    void setAll(Nanoseconds by) {
        for (auto& [slave, clock] : slaves_) {
            clock.offset += by;
        }
    }

    void doubt(HostTime now) { group_.doubt(now); }

    void set(SlaveId slave, Nanoseconds by) { slaves_.at(slave).offset += by; }

    GroupTime masterTime(HostTime when) const { return master_.state().line.groupTimeAt(when); }
    GroupTime time(SlaveId slave, HostTime when) const {
        const Clock& clock = slaves_.at(slave);
        return clock.discipline.state().line.groupTimeAt(clock.at(when));
    }

  private:
    struct Clock {
        Nanoseconds offset;
        double driftPpb;
        Discipline discipline;

        HostTime at(HostTime master) const {
            return master + offset + driftOver(master - kStart, driftPpb);
        }
    };

    void exchange(SlaveId slave, const Clock& clock, HostTime when, Nanoseconds roundTrip = 110us) {
        (void)group_.beginBurst(slave, 1s);
        const HostTime t2 = clock.at(when + 50us), t3 = clock.at(when + 60us);
        const ClockState state = clock.discipline.state();
        group_.record(slave, {when, t2, t3, when + roundTrip},
                      {t3, state.line.at(t3), state.deviationAt(t3)});
    }

    GroupOptions options_{.foundAfter = 0s};
    Group group_{options_, kStart};
    Discipline master_{500'000};
    std::map<SlaveId, Clock> slaves_;
};

inline const ClockStatus& find(const CycleOutcome& outcome, const std::string& name) {
    const auto& clocks = outcome.status.clocks;
    return *std::find_if(clocks.begin(), clocks.end(),
                         [&](const ClockStatus& clock) { return clock.name == name; });
}

}  // namespace berkeley::sync
