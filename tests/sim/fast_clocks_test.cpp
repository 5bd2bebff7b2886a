/// Clocks whose rates are farther off than those of good clocks.
#include <cmath>

#include "sim/scenario_test.h"

namespace berkeley::sim {
namespace {

using namespace std::chrono_literals;

class FastClocks : public ScenarioTest {
  protected:
    static bool counts(const Simulation& simulation, const std::string& name) {
        return simulation.lastStatus(name).standing == sync::Standing::counted;
    }

    /// A group of six whose first slave is that fast, from `joins` on.
    Scenario with(double ppm, Nanoseconds joins = 0s) const {
        Scenario scenario = group(5);
        scenario.slaves[0].clock.frequencyPpb = ppm * 1e3;
        scenario.slaves[0].joins = joins;
        return scenario;
    }

    /// The bound of everybody but the first slave holds from the beginning, its own too from
    /// `found` on.
    static Watched observeFrom(Simulation& simulation, Nanoseconds found, Nanoseconds until) {
        observe(simulation, {.until = found, .settled = found, .ignored = {"s1"}});
        return observe(simulation, {.until = until, .settled = until - 1min});
    }
};

TEST_F(FastClocks, WithinTheLimitCountsLikeAnyOther) {
    for (const double ppm : {500., -500.}) {
        for (const Nanoseconds joins : {Nanoseconds{0s}, Nanoseconds{1min}}) {
            Simulation simulation{with(ppm, joins)};
            observe(simulation, {.until = joins + 10s, .settled = 1h});
            EXPECT_TRUE(counts(simulation, "s1")) << ppm;
            const Watched watched = observe(simulation, {.until = 5min, .settled = 2min});
            EXPECT_LT(watched.worstError(), 10us) << ppm;
            EXPECT_TRUE(counts(simulation, "s1")) << ppm;
        }
    }
}

TEST_F(FastClocks, BeyondTheLimitAreMeasuredAndHaveABoundThatHolds) {
    for (const double ppm : {1'944., -1'944., 10'000.}) {
        for (const Nanoseconds joins : {Nanoseconds{0s}, Nanoseconds{1min}}) {
            Simulation simulation{with(ppm, joins)};
            const Watched watched = observeFrom(simulation, joins + 3s, 5min);
            EXPECT_LT(watched.worstError(), 10us) << ppm;
            const sync::ClockStatus& status = simulation.lastStatus("s1");
            ASSERT_TRUE(status.driftPpb) << ppm;
            EXPECT_NEAR(*status.driftPpb, ppm * 1e3, 120'000) << ppm;
        }
    }
}

TEST_F(FastClocks, DoNotDisturbTheOthers) {
    Scenario scenario = with(1'944);
    Simulation simulation{scenario};
    const Watched watched = observeFrom(simulation, 3s, 5min);
    scenario.slaves.erase(scenario.slaves.begin());
    const Watched without = observe(scenario, {.until = 5min, .settled = 4min});
    for (const SlaveModel& slave : scenario.slaves) {
        EXPECT_LT(watched.bounds.at(slave.name), 2 * without.bounds.at(slave.name)) << slave.name;
        EXPECT_TRUE(counts(simulation, slave.name));
    }
}

TEST_F(FastClocks, MayBeTheMasters) {
    Scenario scenario = group(5);
    scenario.master.frequencyPpb = 1'944'000;
    Simulation simulation{scenario};
    // Until the rates are known the group goes at its master's. All bounds hold meanwhile.
    for (Nanoseconds now = 3s; now < 15s; now += 100ms) {
        simulation.runUntil(now);
        for (const std::string& name : simulation.names()) {
            EXPECT_LE(std::chrono::abs(simulation.error(name, now)),
                      simulation.slave(name, now).bound + simulation.master(now).bound)
                << name << " after " << now.count() << " ns";
        }
    }
    EXPECT_LT(observe(simulation, {.until = 5min, .settled = 4min}).worstError(), 10us);
    for (const std::string& name : simulation.names()) {
        ASSERT_TRUE(simulation.lastStatus(name).driftPpb) << name;
        EXPECT_NEAR(*simulation.lastStatus(name).driftPpb, -1'940'000, 120'000) << name;
        EXPECT_TRUE(counts(simulation, name)) << name;
    }
}

}  // namespace
}  // namespace berkeley::sim
