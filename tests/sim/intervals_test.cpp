/// Short and long intervals, short and long runs, steady and restless clocks.
#include "sim/scenario_test.h"

namespace berkeley::sim {
namespace {

using namespace std::chrono_literals;

class Intervals : public ScenarioTest {
  protected:
    /// The largest error in twenty cycles after forty.
    Nanoseconds errorWith(Nanoseconds interval, double wanderPpb = 1) const {
        Scenario scenario = group(3);
        scenario.interval = interval;
        setWander(scenario, wanderPpb);
        const WatchOptions options{
            .until = 60 * interval, .settled = 40 * interval, .step = interval / 10};
        return observe(scenario, options).worstError();
    }

    static void setWander(Scenario& scenario, double ppb) {
        scenario.master.wanderPpb = ppb;
        for (SlaveModel& slave : scenario.slaves) {
            slave.clock.wanderPpb = ppb;
        }
    }
};

TEST_F(Intervals, TenCyclesASecond) { EXPECT_LT(errorWith(100ms), 4us); }
TEST_F(Intervals, OneCycleASecond) { EXPECT_LT(errorWith(1s), 4us); }
TEST_F(Intervals, FourSeconds) { EXPECT_LT(errorWith(4s), 6us); }
TEST_F(Intervals, SixteenSeconds) { EXPECT_LT(errorWith(16s), 6us); }
TEST_F(Intervals, SixtyFourSeconds) { EXPECT_LT(errorWith(64s), 20us); }
TEST_F(Intervals, SixtyFourSecondsWithRestlessClocks) { EXPECT_LT(errorWith(64s, 10), 100us); }

TEST_F(Intervals, RestlessClocksForHours) {
    Scenario scenario = group(3);
    setWander(scenario, 10);
    EXPECT_LT(observe(scenario, {.until = 4h, .settled = 5min, .step = 1s}).worstError(), 5us);
}

TEST_F(Intervals, SteadyClocksForHours) {
    Scenario scenario = group(3);
    setWander(scenario, 0);
    EXPECT_LT(observe(scenario, {.until = 4h, .settled = 5min, .step = 1s}).worstError(), 2us);
}

/// From a second and 100 ppm off.
class Convergence : public ScenarioTest {
  protected:
    Scenario farApart() const {
        Scenario scenario = group(3);
        scenario.slaves[0].clock = {.offset = 1s, .frequencyPpb = 100'000, .wanderPpb = 1};
        scenario.slaves[1].clock = {.offset = -1s, .frequencyPpb = -100'000, .wanderPpb = 1};
        return scenario;
    }
};

TEST_F(Convergence, TwoCyclesToAHundredMicroseconds) {
    EXPECT_LT(observe(farApart(), {.until = 1min, .settled = 2s, .step = 10ms}).spread, 200us);
}

TEST_F(Convergence, FiveSecondsToTenMicrosecondsAndItStaysThere) {
    EXPECT_LT(observe(farApart(), {.until = 5min, .settled = 5s, .step = 10ms}).worstError(), 10us);
}

TEST_F(Convergence, SlowestSlewIsEnoughForTheWorstRates) {
    Scenario scenario = farApart();
    scenario.maxSlewPpb = 300'000;
    EXPECT_LT(observe(scenario, {.until = 2min, .settled = 10s}).worstError(), 10us);
}

TEST_F(Convergence, SameSeedIsTheSameRun) {
    Simulation one{farApart()}, other{farApart()};
    one.runUntil(20s);
    other.runUntil(20s);
    for (const std::string& name : one.names()) {
        EXPECT_EQ(one.error(name, 20s), other.error(name, 20s));
    }
}

}  // namespace
}  // namespace berkeley::sim
