/// From seconds and 100 ppm apart: how soon the clocks are together, and whether they stay so.
///
/// Usage: sim_convergence SEEDS
#include "sim/groups.h"
#include "sim_statistics.h"

namespace berkeley::sim {
namespace {

using namespace std::chrono_literals;

struct Figures {
    Nanoseconds afterTwoCycles{};  ///< largest error from then on
    Nanoseconds afterFive{};       ///< largest error after five seconds
    Nanoseconds within100us{};     ///< when the last error that is larger was seen
    Nanoseconds within10us{};
    bench::BoundCheck check;
};

Scenario scenarioOf(std::uint64_t seed) {
    Scenario scenario = groupOf(3, seed);
    scenario.slaves[0].clock = {.offset = 1s, .frequencyPpb = 100'000, .wanderPpb = 1};
    scenario.slaves[1].clock = {.offset = -1s, .frequencyPpb = -100'000, .wanderPpb = 1};
    return scenario;
}

void look(const Simulation& simulation, const std::string& name, Figures& figures) {
    const Nanoseconds now = simulation.now();
    const Nanoseconds error = std::chrono::abs(simulation.error(name, now));
    figures.check.add(error, simulation.slave(name, now).bound + simulation.master(now).bound);
    if (now >= 2s) {
        figures.afterTwoCycles = std::max(figures.afterTwoCycles, error);
    }
    if (now >= 5s) {
        figures.afterFive = std::max(figures.afterFive, error);
    }
    if (error > 100us) {
        figures.within100us = std::max(figures.within100us, now);
    }
    if (error > 10us) {
        figures.within10us = std::max(figures.within10us, now);
    }
}

void run(std::uint64_t seed, Figures& figures) {
    Simulation simulation{scenarioOf(seed)};
    for (Nanoseconds now = 600ms; now < 5min; now += 10ms) {
        simulation.runUntil(now);
        for (const std::string& name : simulation.names()) {
            look(simulation, name, figures);
        }
    }
}

double toSeconds(Nanoseconds duration) { return std::chrono::duration<double>(duration).count(); }

nlohmann::ordered_json measure(std::uint64_t seeds) {
    Figures figures;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        run(seed, figures);
    }
    return {{"after_two_cycles_us", bench::toMicroseconds(figures.afterTwoCycles)},
            {"after_five_seconds_us", bench::toMicroseconds(figures.afterFive)},
            {"within_100us_after_s", toSeconds(figures.within100us)},
            {"within_10us_after_s", toSeconds(figures.within10us)},
            {"checks", figures.check.checks},
            {"violations", figures.check.violations}};
}

}  // namespace
}  // namespace berkeley::sim

int main(int argc, char** argv) {
    return berkeley::bench::runWithSeeds(argc, argv, berkeley::sim::measure);
}
