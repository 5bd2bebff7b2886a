#include "sim/groups.h"

#include <cmath>

namespace berkeley::sim {

using namespace std::chrono_literals;

Path quietPath() { return sameBothWays(exponential(100us, 10us)); }

Path sameBothWays(const Delay& delay) { return {.poll = delay, .report = delay}; }

Scenario exactGroupOf(int slaves, std::uint64_t seed, const Path& path) {
    Scenario scenario;
    scenario.seed = seed;
    for (int i = 1; i <= slaves; ++i) {
        SlaveModel slave;
        slave.name = 's';
        slave.name += std::to_string(i);
        slave.path = path;
        scenario.slaves.push_back(std::move(slave));
    }
    return scenario;
}

Scenario groupOf(int slaves, std::uint64_t seed, const Path& path) {
    Random random{seed};
    std::normal_distribution<double> offset{0, 100e6}, frequency{0, 20'000};
    const auto clock = [&] {
        return ClockModel{.offset = Nanoseconds{std::llround(offset(random))},
                          .frequencyPpb = frequency(random),
                          .wanderPpb = 1};
    };
    Scenario scenario = exactGroupOf(slaves, seed, path);
    scenario.master = clock();
    for (SlaveModel& slave : scenario.slaves) {
        slave.clock = clock();
    }
    return scenario;
}

}  // namespace berkeley::sim
