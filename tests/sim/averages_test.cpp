/// Where a group goes, and how fast.
#include <cmath>
#include <map>

#include "sim/allan.h"
#include "sim/scenario_test.h"

namespace berkeley::sim {
namespace {

using namespace std::chrono_literals;

class Averages : public ScenarioTest {
  protected:
    /// How far the group is from true time once it has agreed, with these errors of its clocks.
    Nanoseconds agreed(sync::Averaging method, Nanoseconds master,
                       const std::vector<Nanoseconds>& slaves) const {
        Scenario scenario = exactGroup(static_cast<int>(slaves.size()));
        scenario.average.method = method;
        scenario.master.offset = master;
        for (std::size_t i = 0; i < slaves.size(); ++i) {
            scenario.slaves[i].clock.offset = slaves[i];
        }
        Simulation simulation{scenario};
        observe(simulation, {.until = 5s});
        return fromTruth(simulation);
    }
};

void expectNear(Nanoseconds value, Nanoseconds expected, Nanoseconds tolerance) {
    EXPECT_LE(std::chrono::abs(value - expected), tolerance) << (value - expected).count() << " ns";
}

TEST_F(Averages, RobustReproducesTheTextbook) {
    expectNear(agreed(sync::Averaging::robust, 0min, {25min, -10min}), 5min, 20us);
}

TEST_F(Averages, RobustLeavesAWildClockOut) {
    expectNear(agreed(sync::Averaging::robust, 0s, {0s, 1ms, -1ms, 1h}), 0s, 20us);
}

TEST_F(Averages, RobustLeavesAWildMasterOut) {
    expectNear(agreed(sync::Averaging::robust, 1h, {0s, 1ms, -1ms}), 0s, 20us);
}

TEST_F(Averages, MeanFollowsAWildClock) {
    expectNear(agreed(sync::Averaging::mean, 0s, {0s, 0s, 0s, 1h}), 12min, 20us);
}

TEST_F(Averages, MedianStaysWithTheMiddleClock) {
    expectNear(agreed(sync::Averaging::median, 0s, {1s, -1s, 2s, 1h}), 1s, 20us);
}

TEST_F(Averages, TrimmedStaysAmongTheHonestClocks) {
    expectNear(agreed(sync::Averaging::trimmed, 0s, {1s, 2s, 1h}), 1500ms, 20us);
}

TEST_F(Averages, TwoClocksMeetInTheMiddle) {
    expectNear(agreed(sync::Averaging::robust, 0s, {59min}), 29min + 30s, 20us);
}

TEST_F(Averages, TwoClocksBeyondTheSanityLimitFollowTheMaster) {
    expectNear(agreed(sync::Averaging::robust, 0s, {61min}), 0s, 20us);
}

TEST_F(Averages, EveryMethodKeepsAGroupTogether) {
    for (std::size_t method = 0; method < sync::kAveragings.size(); ++method) {
        Scenario scenario = group(6);
        scenario.average.method = static_cast<sync::Averaging>(method);
        EXPECT_LT(observe(scenario, {.until = 2min, .settled = 30s}).spread, 4us)
            << sync::kAveragings[method];
    }
}

TEST_F(Averages, FiftyClocksAgree) {
    EXPECT_LT(observe(group(50), {.until = 1min, .settled = 30s, .step = 500ms}).spread, 5us);
}

TEST_F(Averages, MasterAloneGoesAtItsOwnRate) {
    Scenario scenario = exactGroup(0);
    scenario.master.frequencyPpb = 20'000;
    Simulation simulation{scenario};
    observe(simulation, {.until = 100s});
    expectNear(fromTruth(simulation), 2ms, 1us);
}

/// How fast a group goes against true time when its clocks are that fast.
class Rates : public ScenarioTest {
  protected:
    double ratePpb(double master, const std::vector<double>& slaves) const {
        Scenario scenario = exactGroup(static_cast<int>(slaves.size()));
        scenario.master.frequencyPpb = master;
        for (std::size_t i = 0; i < slaves.size(); ++i) {
            scenario.slaves[i].clock.frequencyPpb = slaves[i];
        }
        Simulation simulation{scenario};
        observe(simulation, {.until = 1min});
        const Nanoseconds before = fromTruth(simulation);
        observe(simulation, {.until = 161s});
        return static_cast<double>((fromTruth(simulation) - before).count()) / 101;
    }
};

TEST_F(Rates, GroupGoesAtTheMeanOfItsClocks) {
    EXPECT_NEAR(ratePpb(20'000, {-15'000, 5'000, -30'000}), -5'000, 50);
}

TEST_F(Rates, GroupLeavesOutARateThatIsFarFromTheOthers) {
    EXPECT_NEAR(ratePpb(1'000, {-1'000, 2'000, -2'000, 90'000}), 0, 500);
}

TEST_F(Rates, TwoClocksGoAtTheMeanOfTheirRates) {
    EXPECT_NEAR(ratePpb(100'000, {-100'000}), 0, 50);
}

/// The mean of n rates that wander independently wanders 1/sqrt(n) as much as one.
TEST_F(Rates, SixteenClocksTogetherWanderLessThanHalfAsMuchAsOne) {
    Simulation simulation{group(15)};
    Phase time;
    std::map<std::string, Phase> hosts;
    for (Nanoseconds now = 30min; now < 2h; now += 1s) {
        simulation.runUntil(now);
        time.push_back(static_cast<double>(fromTruth(simulation).count()));
        for (const std::string& name : simulation.names()) {
            const Nanoseconds error = simulation.hostClock(name).at(now) - exactClock(now);
            hosts[name].push_back(static_cast<double>(error.count()));
        }
    }
    AllanDeviation together{100}, alone{100};
    together.add(time);
    for (const auto& [name, phase] : hosts) {
        alone.add(phase);
    }
    EXPECT_LT(together.ppb() / alone.ppb(), 1.5 / std::sqrt(16));
}

}  // namespace
}  // namespace berkeley::sim
