/// Two nodes for four hours, as chronyd was measured in clknetsim: the true error, once a second.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>
#include <vector>

#include "sim/simulation.h"

namespace berkeley::sim {
namespace {

using namespace std::chrono_literals;

struct Case {
    const char* name;
    Path path;
    double wanderPpb;
};

std::vector<Case> cases() {
    return {{"S1", {exponential(100us, 10us), exponential(100us, 10us)}, 1},
            {"S2", {exponential(100us, 100us), exponential(100us, 100us)}, 1},
            {"S3", {exponential(20us, 1us), exponential(20us, 1us)}, 1},
            {"S4", {exponential(2ms, 1ms), exponential(2ms, 1ms)}, 10},
            {"S5", {exponential(100us, 100us), exponential(100us, 1us)}, 1}};
}

struct Figures {
    std::vector<double> errors;  ///< |error|, µs
    long checks = 0;
    long violations = 0;
    std::vector<double> bounds;  ///< µs
};

double toMicroseconds(Nanoseconds duration) { return static_cast<double>(duration.count()) / 1e3; }

void run(const Case& what, int burst, std::uint64_t seed, Figures& figures) {
    Random random{seed};
    std::normal_distribution<double> frequency{0, 20'000};
    Scenario scenario;
    scenario.seed = seed;
    scenario.burst = burst;
    scenario.master = {
        .offset = 0s, .frequencyPpb = frequency(random), .wanderPpb = what.wanderPpb};
    scenario.slaves = {
        {.name = "slave",
         .clock = {.offset = 1s, .frequencyPpb = frequency(random), .wanderPpb = what.wanderPpb},
         .path = what.path}};
    Simulation simulation{scenario};
    for (Nanoseconds now = 5s; now < 4h; now += 1s) {
        simulation.runUntil(now);
        const Nanoseconds error = std::chrono::abs(simulation.error("slave", now));
        const Nanoseconds bound =
            simulation.slave("slave", now).bound + simulation.master(now).bound;
        ++figures.checks;
        figures.violations += error > bound ? 1 : 0;
        if (now >= 1h) {
            figures.errors.push_back(toMicroseconds(error));
            figures.bounds.push_back(toMicroseconds(bound));
        }
    }
}

nlohmann::json summary(Figures figures) {
    std::sort(figures.errors.begin(), figures.errors.end());
    std::sort(figures.bounds.begin(), figures.bounds.end());
    double squares = 0;
    for (const double error : figures.errors) {
        squares += error * error;
    }
    const std::size_t n = figures.errors.size();
    return {{"rms_us", std::sqrt(squares / static_cast<double>(n))},
            {"p99_us", figures.errors[n * 99 / 100]},
            {"max_us", figures.errors.back()},
            {"bound_median_us", figures.bounds[n / 2]},
            {"checks", figures.checks},
            {"violations", figures.violations}};
}

}  // namespace
}  // namespace berkeley::sim

int main(int argc, char** argv) {
    using namespace berkeley::sim;
    const int seeds = argc > 1 ? std::atoi(argv[1]) : 20;
    nlohmann::json result{{"bench", "sim-chrony"}, {"seeds", seeds}};
    for (const Case& what : cases()) {
        for (const int burst : {1, 8}) {
            Figures figures;
            for (int seed = 1; seed <= seeds; ++seed) {
                run(what, burst, static_cast<std::uint64_t>(seed), figures);
            }
            result[what.name]["burst_" + std::to_string(burst)] = summary(std::move(figures));
            std::cerr << what.name << " burst " << burst << ": "
                      << result[what.name]["burst_" + std::to_string(burst)] << std::endl;
        }
    }
    std::cout << result << std::endl;
}
