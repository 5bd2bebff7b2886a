/// What the tests of scenarios have in common: a seed that is printed when one fails, and what
/// every group promises.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "sim/groups.h"
#include "sim/watch.h"

namespace berkeley::sim {

class ScenarioTest : public testing::Test {
  protected:
    std::uint64_t seed() const { return seed_; }
    Scenario group(int slaves, const Path& path = quietPath()) const {
        return groupOf(slaves, seed_, path);
    }
    Scenario exactGroup(int slaves, const Path& path = quietPath()) const {
        return exactGroupOf(slaves, seed_, path);
    }

    /// Looks at the clocks until then; their bounds hold, and no clock goes backward or hurries.
    static Watched observe(Simulation& simulation, const WatchOptions& options) {
        Watched watched = watch(simulation, options);
        EXPECT_EQ(watched.violation, "") << watched.violations << " of " << watched.checks;
        EXPECT_EQ(watched.hurry, "");
        return watched;
    }
    static Watched observe(const Scenario& scenario, const WatchOptions& options) {
        Simulation simulation{scenario};
        return observe(simulation, options);
    }

    /// How far the group is from true time, by its master's clock.
    static Nanoseconds fromTruth(const Simulation& simulation) {
        const Nanoseconds now = simulation.now();
        return simulation.master(now).time - corrected(exactClock(now), Nanoseconds::zero());
    }

  private:
    static std::uint64_t seedFromEnvironment() {
        const char* text = std::getenv("BERKELEY_SEED");
        return text ? std::strtoull(text, nullptr, 10) : 1;
    }

    std::uint64_t seed_ = seedFromEnvironment();
    testing::ScopedTrace trace_{__FILE__, __LINE__, "BERKELEY_SEED=" + std::to_string(seed_)};
};

}  // namespace berkeley::sim
