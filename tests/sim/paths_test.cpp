/// What delays, jitter and losses do to a group.
#include "sim/scenario_test.h"

namespace berkeley::sim {
namespace {

using namespace std::chrono_literals;

class Paths : public ScenarioTest {
  protected:
    /// The largest error of three slaves after a minute, in four more.
    Nanoseconds errorOn(const Path& path, Nanoseconds settled = 1min) const {
        return observe(group(3, path), {.until = settled + 4min, .settled = settled}).worstError();
    }
};

TEST_F(Paths, WithoutJitterNearlyNothingIsLeft) { EXPECT_LT(errorOn({}), 100ns); }

TEST_F(Paths, ExponentialJitter) { EXPECT_LT(errorOn(quietPath()), 2us); }

TEST_F(Paths, ExponentialJitterAsLargeAsTheDelay) {
    EXPECT_LT(errorOn(sameBothWays(exponential(100us, 100us))), 15us);
}

TEST_F(Paths, NormalJitter) { EXPECT_LT(errorOn(sameBothWays(normal(1ms, 300us)), 2min), 120us); }

TEST_F(Paths, ParetoJitterOnBothSides) {
    EXPECT_LT(errorOn(sameBothWays(pareto(100us, 20us, 1.5))), 5us);
}

TEST_F(Paths, ParetoJitterOnOneSide) {
    EXPECT_LT(errorOn({.poll = pareto(100us, 20us, 1.5), .report = constant(100us)}), 2us);
}

TEST_F(Paths, JitterWithDifferentMeans) {
    EXPECT_LT(errorOn({.poll = exponential(100us, 100us), .report = exponential(100us, 1us)}), 2us);
}

TEST_F(Paths, ConstantAsymmetryCostsHalfOfItAndIsWithinTheBound) {
    const Nanoseconds error = errorOn({.poll = constant(100us), .report = constant(500us)});
    EXPECT_GT(error, 190us);
    EXPECT_LT(error, 210us);
}

TEST_F(Paths, DelayOnOneSideOnlyIsTheWorstCaseOfTheBound) {
    EXPECT_LT(errorOn({.poll = constant(0us), .report = constant(100us)}), 60us);
}

TEST_F(Paths, OneMessageInAHundredLost) {
    EXPECT_LT(errorOn(sameBothWays(lossy(exponential(100us, 10us), 0.01))), 5us);
}

TEST_F(Paths, OneMessageInTwentyLost) {
    EXPECT_LT(errorOn(sameBothWays(lossy(exponential(100us, 10us), 0.05))), 10us);
}

TEST_F(Paths, OneMessageInFiveLost) {
    EXPECT_LT(errorOn(sameBothWays(lossy(exponential(100us, 10us), 0.2)), 6min), 20us);
}

TEST_F(Paths, DelayThatDoublesBothWaysIsNoError) {
    const Path path =
        sameBothWays(changing(exponential(100us, 10us), 2min, exponential(200us, 10us)));
    EXPECT_LT(errorOn(path), 5us);
}

TEST_F(Paths, DelayThatHalvesBothWaysIsNoError) {
    const Path path =
        sameBothWays(changing(exponential(200us, 10us), 2min, exponential(100us, 10us)));
    EXPECT_LT(errorOn(path), 5us);
}

TEST_F(Paths, LongerRouteOneWayStaysWithinTheBound) {
    const Path path{.poll = changing(exponential(100us, 10us), 2min, exponential(1ms, 10us)),
                    .report = exponential(100us, 10us)};
    EXPECT_LT(errorOn(path), 550us);
}

TEST_F(Paths, SatelliteLink) {
    EXPECT_LT(errorOn(sameBothWays(exponential(250ms, 1ms)), 10min), 2ms);
}

TEST_F(Paths, OneSlowPathDoesNotSpoilTheOthers) {
    Scenario scenario = group(4);
    scenario.slaves[0].path = sameBothWays(exponential(5ms, 5ms));
    const Watched watched = observe(scenario, {.until = 5min, .settled = 1min});
    for (const char* name : {"s2", "s3", "s4"}) {
        EXPECT_LT(watched.errors.at(name), 2us) << name;
    }
}

TEST_F(Paths, BurstsAreMoreExactThanSingleExchanges) {
    Scenario scenario = group(3);
    const WatchOptions options{.until = 10min, .settled = 2min};
    scenario.burst = 16;
    const Nanoseconds bursts = observe(scenario, options).worstError();
    scenario.burst = 1;
    const Nanoseconds singles = observe(scenario, options).worstError();
    EXPECT_LT(bursts, singles);
    EXPECT_LT(singles, 5us);
}

}  // namespace
}  // namespace berkeley::sim
