/// The group remembers its time: starts, restarts, takeovers and pauses move none of the clocks
/// that are right.
#include <algorithm>

#include "sim/scenario_test.h"

namespace berkeley::sim {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kWhen = 10min;

/// Slaves come back within four seconds.
void spreadReturns(Scenario& scenario) {
    Nanoseconds delay = 200ms;
    for (SlaveModel& slave : scenario.slaves) {
        slave.comesBack = delay;
        delay = delay * 5 / 3;
    }
}

class Memory : public ScenarioTest {
  protected:
    /// Five slaves, five seconds to wait for whoever may come.
    Scenario patientGroup(int slaves = 5, const Path& path = quietPath()) const {
        Scenario scenario = group(slaves, path);
        scenario.foundAfter = 5s;
        spreadReturns(scenario);
        return scenario;
    }

    /// How far each of them ever gets from where the group would have been without the event.
    static Nanoseconds moved(const Scenario& scenario, const std::vector<std::string>& names,
                             const std::function<void(Simulation&)>& event,
                             Nanoseconds until = kWhen + 2min) {
        Simulation calm{scenario}, hit{scenario};
        calm.runUntil(kWhen);
        hit.runUntil(kWhen);
        event(hit);
        Nanoseconds most{};
        for (Nanoseconds now = kWhen; now < until; now += 100ms) {
            calm.runUntil(now);
            hit.runUntil(now);
            for (const std::string& name : names) {
                most = std::max(
                    most, std::chrono::abs(hit.slave(name, now).time - calm.slave(name, now).time));
            }
        }
        return most;
    }

    static const std::vector<std::string>& all() {
        static const std::vector<std::string> names{"s1", "s2", "s3", "s4", "s5"};
        return names;
    }

    static std::size_t counted(const Simulation& simulation) {
        const auto& clocks = simulation.lastCycle().clocks;
        return static_cast<std::size_t>(
            std::count_if(clocks.begin(), clocks.end(), [](const sync::ClockStatus& clock) {
                return clock.standing == sync::Standing::counted;
            }));
    }
};

/// What members' rates wander in two minutes, and what estimates are off by.
constexpr Nanoseconds kLittle = 20us;

TEST_F(Memory, MasterThatIsRestartedGoesOn) {
    EXPECT_LT(moved(patientGroup(), all(), [](Simulation& s) { s.restart(1s, true); }), kLittle);
}

TEST_F(Memory, MasterThatKnowsNothingAnyMoreAsksItsSlaves) {
    const auto event = [](Simulation& simulation) {
        simulation.hostClock("").stepBy(-30s, simulation.now() + 500ms);
        simulation.restart(1s, false);
    };
    EXPECT_LT(moved(patientGroup(), all(), event), kLittle);
    Simulation simulation{patientGroup()};
    simulation.runUntil(kWhen);
    const sync::Membership before = simulation.lastCycle().membership;
    event(simulation);
    simulation.runUntil(kWhen + 20s);
    EXPECT_EQ(simulation.lastCycle().membership.group, before.group);
    EXPECT_GT(simulation.lastCycle().membership.term, before.term);
    EXPECT_EQ(counted(simulation), 6U);
    simulation.runUntil(kWhen + 1min);
    EXPECT_EQ(observe(simulation, {.until = kWhen + 3min, .settled = kWhen + 1min}).violation, "");
    // One and a half times the largest of sixty seeds.
    EXPECT_LT(simulation.spread(simulation.now()), 12us);
}

/// All its clocks stood still: it cannot know.
TEST_F(Memory, MasterThatWasPausedIsTheOneThatJumped) {
    const auto event = [](Simulation& simulation) { simulation.pause("", 40s); };
    EXPECT_LT(moved(patientGroup(), all(), event), kLittle);
    Simulation simulation{patientGroup()};
    simulation.runUntil(kWhen);
    event(simulation);
    simulation.runUntil(kWhen + 40s + 8s);
    EXPECT_LT(simulation.spread(simulation.now()), 100us) << "it stepped forward";
    EXPECT_EQ(simulation.master(simulation.now()).steps, 1U);
    EXPECT_EQ(counted(simulation), 6U);
}

TEST_F(Memory, MasterThatLooksForPausesAsksAsSoonAsItsSlavesAreBack) {
    Scenario scenario = patientGroup();
    Simulation simulation{scenario};
    simulation.runUntil(kWhen);
    simulation.pause("", 40s, true);
    simulation.runUntil(kWhen + 40s + 8s);
    EXPECT_LT(simulation.spread(simulation.now()), 100us);
}

TEST_F(Memory, SlaveThatWasPausedIsBackInTwoCycles) {
    for (const int slaves : {5, 1}) {
        Simulation simulation{patientGroup(slaves)};
        simulation.runUntil(kWhen);
        simulation.pause("s1", 30s);
        simulation.runUntil(kWhen + 30s + (slaves == 1 ? 7s : 2s) + 100ms);
        EXPECT_LT(std::chrono::abs(simulation.error("s1", simulation.now())), 100us);
        EXPECT_EQ(simulation.slave("s1", simulation.now()).steps, 1U) << "it is the one that steps";
        EXPECT_EQ(simulation.master(simulation.now()).steps, 0U);
    }
}

TEST_F(Memory, StandbyThatHasHardlyJoinedLeadsTheOthersAlongTheirLine) {
    for (const Nanoseconds member : std::initializer_list<Nanoseconds>{1s, 2500ms, 15s}) {
        Scenario scenario = patientGroup();
        scenario.slaves[0].joins = kWhen - member;
        scenario.slaves[0].clock.offset = 3s;
        Simulation simulation{scenario};
        simulation.runUntil(kWhen);
        const GroupTime before = simulation.slave("s2", kWhen).time;
        simulation.takeOver("s1", 2s);
        simulation.runUntil(kWhen + 1min);
        const Nanoseconds passed = simulation.slave("s2", simulation.now()).time - before;
        EXPECT_LT(std::chrono::abs(passed - 1min), driftOver(1min, 100'000));
        simulation.runUntil(kWhen + 2min);
        EXPECT_EQ(counted(simulation), 5U);
        EXPECT_LT(simulation.spread(simulation.now()), 12us);
    }
}

/// The first one to come is 40 min slow.
TEST_F(Memory, OrderOfTheStartDecidesNothing) {
    Scenario scenario = exactGroup(6);
    scenario.foundAfter = 5s;
    scenario.slaves[0].clock.offset = -40min;
    for (std::size_t i = 1; i < scenario.slaves.size(); ++i) {
        scenario.slaves[i].joins = i * 1s;
    }
    Simulation simulation{scenario};
    simulation.runUntil(1min);
    EXPECT_LT(std::chrono::abs(fromTruth(simulation)), 100us);
    EXPECT_EQ(counted(simulation), 7U);
}

TEST_F(Memory, GroupThatBeginsIn1970Agrees) {
    Scenario scenario = group(3);
    const Nanoseconds epoch = -(exactClock(0s).time_since_epoch() - 1min);
    scenario.master.offset += epoch;
    for (SlaveModel& slave : scenario.slaves) {
        slave.clock.offset += epoch;
    }
    EXPECT_LT(observe(scenario, {.until = 2min, .settled = 1min}).spread, 4us);
}

/// Liars that claim to know best when it matters most.
class MemoryWithLiars : public Memory {
  protected:
    Scenario withLiars(std::size_t liars, Nanoseconds lie, Nanoseconds begins = kWhen) const {
        Scenario scenario = patientGroup(6);
        for (std::size_t i = 1; i <= liars; ++i) {
            SlaveModel& liar = scenario.slaves[i];
            liar.comesBack = 0s;  // They are first.
            liar.claim = [lie, begins](sync::ClockReading& reading) {
                if (reading.sent >= exactClock(begins) - 1s) {
                    reading.correction += lie;
                    reading.deviation = sync::Deviation{};
                }
            };
            liar.claimMembership = [](const sync::Membership& own) {
                return sync::Membership{own.group, own.isKnown() ? 4'000'000'000U : 0};
            };
        }
        return scenario;
    }

    static const std::vector<std::string>& honest() {
        static const std::vector<std::string> names{"s4", "s5", "s6"};
        return names;
    }
};

TEST_F(MemoryWithLiars, TakeoverMovesNobody) {
    for (const Nanoseconds lie : std::initializer_list<Nanoseconds>{200ms, 500ms, 1h, -1h}) {
        for (const std::size_t liars : {1U, 2U}) {
            EXPECT_LT(
                moved(withLiars(liars, lie), honest(), [](Simulation& s) { s.takeOver("s1", 2s); }),
                kLittle)
                << liars << " liars, " << lie.count() << " ns";
        }
    }
}

TEST_F(MemoryWithLiars, RestartMovesNobody) {
    for (const bool remembers : {true, false}) {
        for (const Nanoseconds lie : std::initializer_list<Nanoseconds>{500ms, 1h, -1h}) {
            EXPECT_LT(moved(withLiars(2, lie), honest(),
                            [&](Simulation& s) { s.restart(1s, remembers); }),
                      kLittle)
                << lie.count() << " ns, " << (remembers ? "with" : "without") << " memory";
        }
    }
}

TEST_F(MemoryWithLiars, PauseOfTheMasterMovesNobody) {
    EXPECT_LT(moved(withLiars(2, 500ms), honest(), [](Simulation& s) { s.pause("", 40s); }),
              kLittle);
}

/// All but the liar and the master miss one sync cycle.
TEST_F(MemoryWithLiars, CycleInWhichTheHonestAreLateMovesNobody) {
    // It has been lying for a minute.
    Scenario scenario = withLiars(1, 1h, kWhen - 1min);
    for (SlaveModel& slave : scenario.slaves) {
        if (slave.name != "s2") {
            slave.silent = [](Nanoseconds now) { return now >= kWhen && now < kWhen + 2s; };
        }
    }
    EXPECT_LT(moved(scenario, honest(), [](Simulation&) {}), kLittle);
    Simulation simulation{scenario};
    simulation.runUntil(kWhen + 1min);
    EXPECT_EQ(simulation.master(simulation.now()).steps, 0U);
}

/// Its clock was paused, or so it seems, and was not.
TEST_F(Memory, MasterThatDoubtsItselfForNothingLeadsOnAsBefore) {
    Simulation simulation{patientGroup()};
    simulation.runUntil(kWhen);
    simulation.pause("", 1ms, true);
    simulation.runUntil(kWhen + 10min);
    EXPECT_EQ(counted(simulation), 6U);
    EXPECT_LT(simulation.master(simulation.now()).bound, 1us) << "what it asked for has faded";
}

/// One that says in each cycle that it is a little ahead, within what can be measured.
TEST_F(MemoryWithLiars, ConstantDragStaysBelowAPpm) {
    for (const Nanoseconds way : std::initializer_list<Nanoseconds>{20us, 175us, 600us, 5ms}) {
        Scenario scenario = exactGroup(5, sameBothWays(exponential(way, way / 100)));
        scenario.slaves[0].claim = [way](sync::ClockReading& reading) {
            reading.correction += way / 2;
        };
        Simulation simulation{scenario};
        simulation.runUntil(5min);
        const Nanoseconds before = fromTruth(simulation);
        simulation.runUntil(25min);
        EXPECT_LT(std::chrono::abs(fromTruth(simulation) - before), driftOver(20min, 1'000))
            << way.count();
    }
}

}  // namespace
}  // namespace berkeley::sim
