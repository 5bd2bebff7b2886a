/// Four nodes for four hours: how far apart they are, how fast they go together, and what becomes
/// of the others when one clock jumps by ten seconds.
///
/// Usage: sim_group SEEDS
#include "sim/groups.h"
#include "sim_statistics.h"

namespace berkeley::sim {
namespace {

using namespace std::chrono_literals;
using std::chrono::abs;

constexpr Nanoseconds kSettled = 1h;
constexpr Nanoseconds kEnd = 4h;
constexpr Nanoseconds kJump = 30min + 300ms;

Scenario scenarioOf(std::optional<int> burst, std::uint64_t seed) {
    Scenario scenario = groupOf(3, seed);
    scenario.burst = burst;
    scenario.master.frequencyPpb = 20'000;
    constexpr double kFrequenciesPpb[] = {-15'000, 5'000, -30'000};
    for (std::size_t i = 0; i < scenario.slaves.size(); ++i) {
        scenario.slaves[i].clock.frequencyPpb = kFrequenciesPpb[i];
    }
    return scenario;
}

double ratePpb(Nanoseconds gained) {
    return static_cast<double>(gained.count()) /
           std::chrono::duration<double>(kEnd - kSettled).count();
}

/// What the robust mean of the unsteered clocks' rates was in the time that counts.
double meanRatePpb(Simulation& simulation) {
    std::vector<double> rates;
    for (const std::string& name : bench::everybody(simulation)) {
        const Clock& clock = simulation.hostClock(name);
        rates.push_back(ratePpb(clock.at(kEnd) - clock.at(kSettled) - (kEnd - kSettled)));
    }
    return sync::robustMean(rates);
}

struct Steady {
    std::vector<Nanoseconds> spreads;
    bench::BoundCheck check;
    double rateErrorPpb = 0;  ///< largest
};

void runSteady(const Scenario& scenario, Steady& steady) {
    Simulation simulation{scenario};
    simulation.runUntil(5s);
    for (Nanoseconds now = 5s; now < kEnd; now += 1s) {
        simulation.runUntil(now);
        for (const std::string& name : simulation.names()) {
            steady.check.add(simulation.error(name, now),
                             simulation.slave(name, now).bound + simulation.master(now).bound);
        }
        if (now >= kSettled) {
            steady.spreads.push_back(simulation.spread(now));
        }
    }
    Simulation again{scenario};
    again.runUntil(kSettled);
    const GroupTime before = again.master(kSettled).time;
    simulation.runUntil(kEnd);
    const double rate = ratePpb(simulation.master(kEnd).time - before - (kEnd - kSettled));
    steady.rateErrorPpb = std::max(steady.rateErrorPpb, std::abs(rate - meanRatePpb(simulation)));
}

/// What a jump of one clock does to the others in the next minute.
struct Jump {
    Nanoseconds moved{};   ///< farthest, against the same group without it
    Nanoseconds spread{};  ///< largest among them
};

GroupTime shown(const Simulation& simulation, const std::string& name) {
    return name.empty() ? simulation.master(simulation.now()).time
                        : simulation.slave(name, simulation.now()).time;
}

void runJump(const Scenario& scenario, const std::string& who, Jump& jump) {
    Simulation calm{scenario}, jumping{scenario};
    jumping.hostClock(who).stepBy(10s, kJump);
    std::vector<std::string> others = bench::everybody(calm);
    std::erase(others, who);
    for (Nanoseconds now = kJump; now < kJump + 1min; now += 100ms) {
        calm.runUntil(now);
        jumping.runUntil(now);
        GroupTime low = GroupTime::max(), high = GroupTime::min();
        for (const std::string& other : others) {
            const GroupTime time = shown(jumping, other);
            jump.moved = std::max(jump.moved, abs(time - shown(calm, other)));
            low = std::min(low, time);
            high = std::max(high, time);
        }
        jump.spread = std::max(jump.spread, high - low);
    }
}

nlohmann::ordered_json resultOf(std::optional<int> burst, std::uint64_t seeds) {
    Steady steady;
    Jump master, slave;
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
        const Scenario scenario = scenarioOf(burst, seed);
        runSteady(scenario, steady);
        runJump(scenario, "", master);
        for (const SlaveModel& model : scenario.slaves) {
            runJump(scenario, model.name, slave);
        }
    }
    const auto toJson = [](const Jump& jump) {
        return nlohmann::ordered_json{{"others_moved_us", bench::toMicroseconds(jump.moved)},
                                      {"others_spread_us", bench::toMicroseconds(jump.spread)}};
    };
    return {{"spread", bench::summary(std::move(steady.spreads))},
            {"rate_error_ppb", steady.rateErrorPpb},
            {"master_jumps", toJson(master)},
            {"slave_jumps", toJson(slave)},
            {"checks", steady.check.checks},
            {"violations", steady.check.violations}};
}

nlohmann::ordered_json measure(std::uint64_t seeds) {
    return {{"single", resultOf(1, seeds)}, {"burst", resultOf(std::nullopt, seeds)}};
}

}  // namespace
}  // namespace berkeley::sim

int main(int argc, char** argv) {
    return berkeley::bench::runWithSeeds(argc, argv, berkeley::sim::measure);
}
