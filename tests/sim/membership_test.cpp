/// Slaves that come late, leave, come back, or say nothing for a long time.
#include "sim/scenario_test.h"

namespace berkeley::sim {
namespace {

using namespace std::chrono_literals;

class Membership : public ScenarioTest {
  protected:
    static std::function<bool(Nanoseconds)> silentFor(Nanoseconds from, Nanoseconds span) {
        return [=](Nanoseconds now) { return now >= from && now < from + span; };
    }
};

TEST_F(Membership, LateJoinerIsTogetherWithTheOthersInSeconds) {
    Scenario scenario = group(3);
    scenario.slaves[0].joins = 1min;
    const Watched watched = observe(scenario, {.until = 3min, .settled = 1min + 10s});
    EXPECT_LT(watched.errors.at("s1"), 10us);
}

TEST_F(Membership, LateJoinerThatIsWildlyWrongMovesNobody) {
    Scenario scenario = group(3);
    scenario.slaves[0].joins = 1min;
    scenario.slaves[0].clock.offset = 24h;
    const Watched watched = observe(scenario, {.until = 3min, .settled = 30s, .ignored = {"s1"}});
    EXPECT_LT(watched.spread, 4us);
}

TEST_F(Membership, LateJoinerThatIsWildlyWrongIsBroughtIn) {
    Scenario scenario = group(3);
    scenario.slaves[0].joins = 1min;
    scenario.slaves[0].clock.offset = -24h;
    const Watched watched = observe(scenario, {.until = 3min, .settled = 1min + 10s});
    EXPECT_LT(watched.errors.at("s1"), 10us);
}

TEST_F(Membership, OneJoinsEverySecond) {
    Scenario scenario = group(20);
    for (int i = 0; i < 20; ++i) {
        scenario.slaves[static_cast<std::size_t>(i)].joins = i * 1s;
    }
    EXPECT_LT(observe(scenario, {.until = 2min, .settled = 40s}).spread, 5us);
}

TEST_F(Membership, WhoStaysIsNotMovedByWhoLeaves) {
    Scenario scenario = group(6);
    for (const std::size_t i : {0U, 1U, 2U}) {
        scenario.slaves[i].leaves = 1min;
    }
    EXPECT_LT(observe(scenario, {.until = 3min, .settled = 30s}).spread, 4us);
}

TEST_F(Membership, WhoComesBackIsBroughtIn) {
    Scenario scenario = group(4);
    scenario.slaves[0].leaves = 1min;
    scenario.slaves[0].returns = 2min;
    EXPECT_LT(observe(scenario, {.until = 4min, .settled = 2min + 20s}).spread, 4us);
}

TEST_F(Membership, SlaveThatFlapsMovesNobody) {
    Scenario scenario = group(4);
    scenario.slaves[0].silent = [](Nanoseconds now) { return now / 3s % 2 == 1; };
    EXPECT_LT(observe(scenario, {.until = 4min, .settled = 30s}).spread, 4us);
}

TEST_F(Membership, SilenceOfAMinuteCostsMicroseconds) {
    Scenario scenario = group(3);
    scenario.slaves[0].silent = silentFor(5min, 1min);
    const Watched watched = observe(scenario, {.until = 7min, .settled = 1min});
    EXPECT_LT(watched.errors.at("s1"), 15us);
}

TEST_F(Membership, SilenceOfAnHourStaysWithinWhatIsKnownOfTheRate) {
    Scenario scenario = group(3);
    scenario.slaves[0].silent = silentFor(20min, 1h);
    const Watched watched = observe(scenario, {.until = 90min, .settled = 1min, .step = 1s});
    EXPECT_LT(watched.errors.at("s1"), 2ms);
    EXPECT_LT(watched.bounds.at("s1"), 10ms);
}

TEST_F(Membership, HourWithoutAnySlaveKeepsTheGroupTogether) {
    Scenario scenario = group(3);
    for (SlaveModel& slave : scenario.slaves) {
        slave.silent = silentFor(20min, 1h);
    }
    EXPECT_LT(observe(scenario, {.until = 90min, .settled = 1min, .step = 1s}).spread, 2ms);
}

TEST_F(Membership, SilentSlaveOfTwoStaysTogetherWithItsMaster) {
    Scenario scenario = group(1);
    scenario.slaves[0].silent = silentFor(5min, 10min);
    EXPECT_LT(observe(scenario, {.until = 20min, .settled = 1min}).spread, 200us);
}

TEST_F(Membership, SilenceAfterASingleCycleStaysWithinTheBound) {
    Scenario scenario = group(3);
    scenario.slaves[0].silent = [](Nanoseconds now) { return now > 1s; };
    observe(scenario, {.until = 5min});
}

TEST_F(Membership, NewcomerFarOffThatFallsSilentStaysWithinItsBound) {
    Scenario scenario = group(1);
    scenario.slaves[0].joins = 1min;
    scenario.slaves[0].clock.offset = 1s;
    scenario.slaves[0].silent = silentFor(62s, 9s);
    observe(scenario, {.until = 3min});
}

TEST_F(Membership, NewcomerMovesNobodyWhileItIsBroughtIn) {
    Scenario scenario = exactGroup(1);
    scenario.slaves[0].joins = 1min;
    scenario.slaves[0].clock.offset = 10s;
    Simulation simulation{scenario};
    observe(simulation, {.until = 3min});
    EXPECT_LT(std::chrono::abs(fromTruth(simulation)), 10us);
}

TEST_F(Membership, GroupThatBeginsOnALossyPathStaysWithinItsBounds) {
    Scenario scenario = group(5, sameBothWays(lossy(exponential(100us, 10us), 0.2)));
    scenario.interval = 100ms;
    observe(scenario, {.until = 2min});
}

TEST_F(Membership, WhoHasLeftStaysWithinItsBoundForADay) {
    Scenario scenario = group(6);
    scenario.slaves[0].leaves = 5s;
    scenario.slaves[1].leaves = 20s;
    scenario.slaves[2].leaves = 1min;
    scenario.slaves[3].leaves = 30min;
    observe(scenario, {.until = 24h, .step = 5s});
}

/// A daemon that is started again, with and without what it knew of its clock's rate.
class Restart : public ScenarioTest {
  protected:
    Nanoseconds errorAfter(std::optional<double> rememberedPpb, Nanoseconds since = 1s) const {
        Scenario scenario = exactGroup(3);
        scenario.slaves[0].clock.frequencyPpb = 50'000;
        scenario.slaves[0].joins = 1min;
        scenario.slaves[0].rememberedDriftPpb = rememberedPpb;
        return observe(scenario, {.until = 2min, .settled = 1min + since}).errors.at("s1");
    }
};

TEST_F(Restart, RememberedDriftKeepsTheClockTogetherFromTheFirstCycle) {
    EXPECT_GT(errorAfter(std::nullopt), 20us);
    EXPECT_LT(errorAfter(50'000), 10us);
}

TEST_F(Restart, DriftThatHasChangedMeanwhileIsLearnedAnew) {
    EXPECT_LT(errorAfter(60'000), 100us);
    EXPECT_LT(errorAfter(60'000, 20s), 10us);
}

TEST_F(Restart, DriftOfAnotherClockDoesNoHarmToTheBound) { EXPECT_LT(errorAfter(-50'000), 300us); }

TEST_F(Membership, SilentSlaveIsCalledLate) {
    Scenario scenario = group(3);
    scenario.slaves[0].silent = silentFor(10s, 1h);
    Simulation simulation{scenario};
    simulation.runUntil(1min);
    EXPECT_EQ(simulation.lastStatus("s1").standing, sync::Standing::late);
    EXPECT_EQ(simulation.lastStatus("s2").standing, sync::Standing::counted);
}

}  // namespace
}  // namespace berkeley::sim
