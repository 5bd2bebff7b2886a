/// Two nodes for four hours, as chronyd was measured in clknetsim: the true error, once a second.
///
/// Usage: sim_chrony SEEDS
#include <iostream>

#include "sim/groups.h"
#include "sim_statistics.h"

namespace berkeley::sim {
namespace {

using namespace std::chrono_literals;

struct Case {
    const char* name;
    Path path;
    double wanderPpb;
};

std::vector<Case> cases() {
    return {{"S1", sameBothWays(exponential(100us, 10us)), 1},
            {"S2", sameBothWays(exponential(100us, 100us)), 1},
            {"S3", sameBothWays(exponential(20us, 1us)), 1},
            {"S4", sameBothWays(exponential(2ms, 1ms)), 10},
            {"S5", {exponential(100us, 100us), exponential(100us, 1us)}, 1}};
}

struct Figures {
    std::vector<Nanoseconds> errors;
    std::vector<Nanoseconds> bounds;
    bench::BoundCheck check;
};

Scenario scenarioOf(const Case& what, std::optional<int> burst, std::uint64_t seed) {
    Scenario scenario = groupOf(1, seed, what.path);
    scenario.burst = burst;
    scenario.master.wanderPpb = scenario.slaves[0].clock.wanderPpb = what.wanderPpb;
    scenario.slaves[0].clock.offset = 1s;
    return scenario;
}

void run(const Scenario& scenario, Figures& figures) {
    Simulation simulation{scenario};
    for (Nanoseconds now = 5s; now < 4h; now += 1s) {
        simulation.runUntil(now);
        const Nanoseconds error = std::chrono::abs(simulation.error("s1", now));
        const Nanoseconds bound = simulation.slave("s1", now).bound + simulation.master(now).bound;
        figures.check.add(error, bound);
        if (now >= 1h) {
            figures.errors.push_back(error);
            figures.bounds.push_back(bound);
        }
    }
}

nlohmann::ordered_json resultOf(const Case& what, std::optional<int> burst, std::uint64_t seeds) {
    Figures figures;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        run(scenarioOf(what, burst, seed), figures);
    }
    nlohmann::ordered_json result = bench::summary(std::move(figures.errors));
    result["bound_median_us"] = bench::toMicroseconds(bench::quantile(figures.bounds, 0.5));
    result["checks"] = figures.check.checks;
    result["violations"] = figures.check.violations;
    return result;
}

nlohmann::ordered_json measure(std::uint64_t seeds) {
    nlohmann::ordered_json result;
    for (const Case& what : cases()) {
        result[what.name] = {{"single", resultOf(what, 1, seeds)},
                             {"burst", resultOf(what, std::nullopt, seeds)}};
        std::cerr << what.name << ": " << result[what.name] << std::endl;
    }
    return result;
}

}  // namespace
}  // namespace berkeley::sim

int main(int argc, char** argv) {
    return berkeley::bench::runWithSeeds(argc, argv, berkeley::sim::measure);
}
