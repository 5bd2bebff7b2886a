/// Sixteen clocks whose rates wander independently: how much steadier the group is than its
/// members.
///
/// The measure is the Allan deviation: how much the mean rates over two successive spans differ (D.
/// Allan, "Statistics of atomic frequency standards", Proceedings of the IEEE 54, 1966).
///
/// Usage: sim_ensemble SEEDS
#include "sim/groups.h"
#include "sim_statistics.h"

namespace berkeley::sim {
namespace {

using namespace std::chrono_literals;

constexpr int kSlaves = 15;
constexpr std::size_t kSpansS[] = {100, 300, 1'000, 3'000};
constexpr Nanoseconds kSettled = 1h;
constexpr Nanoseconds kEnd = 5h;

/// A clock's error in ns, once a second.
using Phase = std::vector<double>;

/// The sum of squares of the Allan deviation over `span` seconds, and how many went into it.
struct Sum {
    double squares = 0;
    double count = 0;

    void add(const Phase& phase, std::size_t span) {
        for (std::size_t i = 0; i + 2 * span < phase.size(); ++i) {
            const double bend = phase[i + 2 * span] - 2 * phase[i + span] + phase[i];
            squares += std::pow(bend / static_cast<double>(span), 2) / 2;
            ++count;
        }
    }
    double deviationPpb() const { return std::sqrt(squares / count); }
};

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
    constexpr std::size_t kSpans = std::size(kSpansS);
    Sum group[kSpans], members[kSpans];
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const Phases phases = phasesOf(seed);
        for (std::size_t i = 0; i < kSpans; ++i) {
            group[i].add(phases.group, kSpansS[i]);
            for (const Phase& member : phases.members) {
                members[i].add(member, kSpansS[i]);
            }
        }
    }
    nlohmann::ordered_json result{{"clocks", kSlaves + 1}};
    for (std::size_t i = 0; i < kSpans; ++i) {
        result["over_" + std::to_string(kSpansS[i]) + "_s"] = {
            {"group_ppb", group[i].deviationPpb()},
            {"member_ppb", members[i].deviationPpb()},
            {"ratio", group[i].deviationPpb() / members[i].deviationPpb()}};
    }
    return result;
}

}  // namespace
}  // namespace berkeley::sim

int main(int argc, char** argv) {
    return berkeley::bench::runWithSeeds(argc, argv, berkeley::sim::measure);
}
