/// Compares the published clocks of one machine's daemons at random moments. Prints one line of
/// JSON.
#include <cmath>
#include <cstdlib>
#include <random>
#include <thread>

#include "pages.h"
#include "statistics.h"

namespace {

using namespace berkeley;
using bench::ErrorStatistics;
using bench::Pages;

struct Counts {
    ErrorStatistics errors;
    std::uint64_t unsynchronized = 0;
    std::uint64_t interrupted = 0;
};

void check(const Pages& pages, Counts& counts) {
    const auto [raw, readings, interrupted] = pages.now();
    counts.interrupted += interrupted;
    const page::Reading& master = readings.front();
    for (std::size_t i = 1; i < readings.size(); ++i) {
        const page::Reading& slave = readings[i];
        if (!master.bound || !slave.bound) {
            ++counts.unsynchronized;
            continue;
        }
        counts.errors.add(slave.time - master.time, *slave.bound, *slave.bound + *master.bound);
    }
}

/// One check at a random moment of each period, so that none of the daemons' rhythms is met always
/// at the same phase.
Counts sample(const Pages& pages, double rate, double seconds) {
    const std::chrono::nanoseconds period{std::llround(1e9 / rate)};
    std::mt19937_64 random{std::random_device{}()};
    std::uniform_int_distribution<std::int64_t> phase{0, period.count() - 1};
    auto start = std::chrono::steady_clock::now();
    Counts counts;
    for (auto left = std::llround(rate * seconds); left > 0; --left) {
        std::this_thread::sleep_until(start + std::chrono::nanoseconds{phase(random)});
        check(pages, counts);
        start += period;
    }
    return counts;
}

}  // namespace

int main(int argc, char** argv) {
    return bench::runOnPages({argv, static_cast<std::size_t>(argc)}, 2,
                             "page_sampler RATE SECONDS MASTER-PAGE SLAVE-PAGE...",
                             [](const Pages& pages, const char* rate, const char* seconds) {
                                 Counts counts = sample(pages, std::atof(rate), std::atof(seconds));
                                 nlohmann::ordered_json result = counts.errors.json();
                                 result["unsynchronized"] = counts.unsynchronized;
                                 result["interrupted"] = counts.interrupted;
                                 std::cout << result << std::endl;
                             });
}
