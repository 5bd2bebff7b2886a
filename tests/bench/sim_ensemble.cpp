/// Sixteen clocks whose rates wander independently: how much steadier the group is than its
/// members.
///
/// The measure is the Allan deviation.
///
/// Usage: sim_ensemble SEEDS
#include "sim/allan.h"
#include "sim/groups.h"
#include "sim_statistics.h"

namespace berkeley::sim {
namespace {

using namespace std::chrono_literals;

constexpr int kSlaves = 15;
constexpr std::size_t kSpansS[] = {100, 300, 1'000, 3'000};
constexpr Nanoseconds kSettled = 1h;
constexpr Nanoseconds kEnd = 5h;

struct Phases {
    Phase group;
    std::vector<Phase> members;
};

Phases phasesOf(std::uint64_t seed) {
    Simulation simulation{groupOf(kSlaves, seed)};
    const std::vector<std::string> names = bench::everybody(simulation);
    Phases phases;
    phases.members.resize(names.size());
    for (Nanoseconds now = kSettled; now < kEnd; now += 1s) {
        simulation.runUntil(now);
        const HostTime exact = exactClock(now);
        const Nanoseconds group = simulation.master(now).time.time_since_epoch();
        phases.group.push_back(static_cast<double>((group - exact.time_since_epoch()).count()));
        for (std::size_t i = 0; i < names.size(); ++i) {
            const Nanoseconds error = simulation.hostClock(names[i]).at(now) - exact;
            phases.members[i].push_back(static_cast<double>(error.count()));
        }
    }
    return phases;
}

nlohmann::ordered_json measure(std::uint64_t seeds) {
    std::vector<Phases> runs;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        runs.push_back(phasesOf(seed));
    }
    nlohmann::ordered_json result{{"clocks", kSlaves + 1}};
    for (const std::size_t span : kSpansS) {
        AllanDeviation group{span}, members{span};
        for (const Phases& run : runs) {
            group.add(run.group);
            for (const Phase& member : run.members) {
                members.add(member);
            }
        }
        result["over_" + std::to_string(span) + "_s"] = {{"group_ppb", group.ppb()},
                                                         {"member_ppb", members.ppb()},
                                                         {"ratio", group.ppb() / members.ppb()}};
    }
    return result;
}

}  // namespace
}  // namespace berkeley::sim

int main(int argc, char** argv) {
    return berkeley::bench::runWithSeeds(argc, argv, berkeley::sim::measure);
}
