/// What the benches in simulated time make of errors, as JSON.
///
/// Units: nanoseconds going in, microseconds coming out. Thread safety: none.
#pragma once

#include <cmath>
#include <cstdlib>
#include <iostream>
#include <string>

#include "sim/simulation.h"
#include "statistics.h"

namespace berkeley::bench {

inline double rootMeanSquare(const std::vector<std::chrono::nanoseconds>& values) {
    double squares = 0;
    for (const std::chrono::nanoseconds value : values) {
        squares += std::pow(toMicroseconds(value), 2);
    }
    return values.empty() ? 0 : std::sqrt(squares / static_cast<double>(values.size()));
}

/// Of values that are never negative.
inline nlohmann::ordered_json summary(std::vector<std::chrono::nanoseconds> values) {
    const double rms = rootMeanSquare(values);
    return {{"rms_us", rms},
            {"p50_us", toMicroseconds(quantile(values, 0.5))},
            {"p99_us", toMicroseconds(quantile(values, 0.99))},
            {"max_us", toMicroseconds(quantile(values, 1))}};
}

/// Whether errors were inside their bounds.
struct BoundCheck {
    long checks = 0;
    long violations = 0;

    void add(std::chrono::nanoseconds error, std::chrono::nanoseconds bound) {
        ++checks;
        violations += std::chrono::abs(error) > bound ? 1 : 0;
    }
};

/// Every clock's name, the master's ("") as the last one.
inline std::vector<std::string> everybody(const sim::Simulation& simulation) {
    std::vector<std::string> names = simulation.names();
    names.emplace_back();
    return names;
}

/// The main function of a bench: prints, as one line of JSON, what `measure` finds with so many
/// seeds, which are numbered from 1.
template <class Measure>
int runWithSeeds(int argc, char** argv, const Measure& measure) {
    const int seeds = argc == 2 ? std::atoi(argv[1]) : 0;
    if (seeds < 1) {
        std::cerr << "Usage: " << argv[0] << " SEEDS\n";
        return 2;
    }
    const nlohmann::ordered_json result = measure(static_cast<std::uint64_t>(seeds));
    std::cout << result << std::endl;
    return 0;
}

}  // namespace berkeley::bench
