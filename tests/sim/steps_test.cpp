/// Clocks that jump while the group runs, and group time, which does not.
#include <algorithm>
#include <set>

#include "sim/scenario_test.h"

namespace berkeley::sim {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kWhen = 2min + 100ms;

class Steps : public ScenarioTest {
  protected:
    /// By how much a jump of the clock of `name` moves the others, against the same group without.
    Nanoseconds othersMoved(const std::string& name, Nanoseconds by) const {
        const Scenario scenario = group(4);
        Simulation calm{scenario}, jumping{scenario};
        jumping.hostClock(name).stepBy(by, kWhen);
        Nanoseconds moved{};
        for (Nanoseconds now = kWhen + 2s; now < kWhen + 30s; now += 100ms) {
            calm.runUntil(now);
            jumping.runUntil(now);
            for (const std::string& other : jumping.names()) {
                if (other != name) {
                    moved = std::max(moved, std::chrono::abs(jumping.slave(other, now).time -
                                                             calm.slave(other, now).time));
                }
            }
        }
        return moved;
    }

    /// How far apart the others are from half a minute before to three minutes after it.
    Nanoseconds othersSpread(const std::set<std::string>& jumping, Nanoseconds by,
                             int slaves = 4) const {
        Simulation simulation{group(slaves)};
        for (const std::string& name : jumping) {
            simulation.hostClock(name).stepBy(by, kWhen);
        }
        return observe(simulation,
                       {.until = kWhen + 3min, .settled = kWhen - 30s, .ignored = jumping})
            .spread;
    }
};

struct Jump {
    const char* who;
    std::string clock;
    Nanoseconds by;
    Nanoseconds harm;  ///< what it may do to the others

    friend void PrintTo(const Jump& jump, std::ostream* out) { *out << jump.who; }
};

class JumpOf : public Steps, public testing::WithParamInterface<Jump> {};

TEST_P(JumpOf, MovesNobody) {
    const auto& [who, clock, by, harm] = GetParam();
    EXPECT_LT(othersMoved(clock, by), harm);
    EXPECT_LT(othersSpread({clock}, by), harm);
}

INSTANTIATE_TEST_SUITE_P(Steps, JumpOf,
                         testing::ValuesIn(std::vector<Jump>{{"ASlaveForward", "s1", 10s, 4us},
                                                             {"ASlaveBack", "s1", -10s, 4us},
                                                             {"ASuspendedSlave", "s2", -8h, 4us},
                                                             {"TheMasterForward", "", 10s, 10us},
                                                             {"TheMasterBack", "", -10s, 10us}}),
                         testing::PrintToStringParamName());

TEST_F(Steps, TwoThatJumpTogetherMoveNobody) {
    EXPECT_LT(othersSpread({"s1", "s2"}, 1min), 4us) << "two of five clocks";
    EXPECT_LT(othersSpread({"", "s1"}, 1min, 5), 10us) << "two of six, the master's among them";
}

TEST_F(Steps, SmallJumpIsSlewedAway) {
    Simulation simulation{group(4)};
    simulation.hostClock("s1").stepBy(10ms, kWhen);
    // What the slave's clock was told before the jump holds until it is told anew.
    simulation.runUntil(kWhen + 2s);
    const Nanoseconds slewed = kWhen + 25s;
    const Watched watched = observe(simulation, {.until = kWhen + 1min, .settled = slewed});
    EXPECT_LT(watched.errors.at("s1"), 4us);
}

TEST_F(Steps, BoundCoversASlewOfHours) {
    Simulation simulation{group(3)};
    simulation.hostClock("s1").stepBy(-10s, kWhen);
    simulation.runUntil(kWhen + 2s);
    const Watched watched = observe(simulation, {.until = 6h, .settled = 5h + 50min, .step = 1s});
    EXPECT_LT(watched.errors.at("s1"), 4us);
}

TEST_F(Steps, JumpOfTheMasterIsCoveredByItsBoundAfterACycle) {
    Simulation simulation{group(3)};
    simulation.hostClock("").stepBy(10s, kWhen);
    simulation.runUntil(kWhen + 2s);
    const Watched watched = observe(simulation, {.until = kWhen + 2min, .settled = kWhen + 3s});
    EXPECT_GT(watched.worstError(), 9s) << "it is slewed back, not set back";
}

TEST_F(Steps, EveryJumpOfTwoClocksEndsWithBothTogether) {
    for (const std::string name : {"", "s1"}) {
        Simulation simulation{group(1)};
        simulation.hostClock(name).stepBy(20ms, kWhen);
        simulation.runUntil(kWhen + 2s);
        const Watched watched =
            observe(simulation, {.until = kWhen + 3min, .settled = kWhen + 2min});
        EXPECT_LT(watched.spread, 4us) << "of '" << name << "'";
    }
}

/// Looks at every clock every 5 µs.
class Monotonic : public ScenarioTest {
  protected:
    static void expectNeverBackward(Simulation& simulation, Nanoseconds until) {
        std::vector<GroupTime> latest(simulation.names().size() + 1);
        for (Nanoseconds now = simulation.now(); now < until; now += 5us) {
            simulation.runUntil(now);
            std::vector<GroupTime> times{simulation.master(now).time};
            for (const std::string& name : simulation.names()) {
                times.push_back(simulation.slave(name, now).time);
            }
            for (std::size_t i = 0; i < times.size(); ++i) {
                ASSERT_GE(times[i], latest[i]) << "clock " << i << " at " << now.count() << " ns";
            }
            latest = times;
        }
    }
};

TEST_F(Monotonic, InSteadyState) {
    Simulation simulation{group(3)};
    simulation.runUntil(10s);
    expectNeverBackward(simulation, 14s);
}

TEST_F(Monotonic, WhileClocksAreSlewedBack) {
    Scenario scenario = group(3);
    scenario.maxSlewPpb = 100'000'000;
    Simulation simulation{scenario};
    simulation.hostClock("s1").stepBy(200ms, 10s);
    simulation.hostClock("s2").stepBy(30ms, 10s);
    simulation.runUntil(10s);
    expectNeverBackward(simulation, 14s);
}

}  // namespace
}  // namespace berkeley::sim
