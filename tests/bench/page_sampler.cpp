/// Compares the published clocks of one machine's daemons: at random moments it reads all pages for
/// one and the same instant of the raw clock, which is the same for all processes, so that what is
/// left between them is the true error. Prints one line of JSON.
#include <sys/prctl.h>

#include <cmath>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "berkeley/host/shared_page.h"
#include "statistics.h"

namespace {

using namespace berkeley;
using bench::ErrorStatistics;

/// When reading the pages took longer, this program was interrupted: an adjustment may have come in
/// between, and the later pages would be evaluated too far before it. They are read again.
constexpr std::chrono::microseconds kTogether{10};

using Pages = std::vector<std::unique_ptr<PageReader>>;

struct Counts {
    ErrorStatistics errors;
    std::uint64_t unsynchronized = 0;
    std::uint64_t interrupted = 0;
};

/// All pages at one instant.
std::vector<PageReading> readTogether(const Pages& pages, Counts& counts) {
    while (true) {
        const RawTime raw = RawTimeline::now();
        std::vector<PageReading> readings;
        for (const auto& page : pages) {
            readings.push_back(page->at(raw));
        }
        if (RawTimeline::now() - raw < kTogether) {
            return readings;
        }
        ++counts.interrupted;
    }
}

void check(const Pages& pages, Counts& counts) {
    const std::vector<PageReading> readings = readTogether(pages, counts);
    const PageReading& master = readings.front();
    for (std::size_t i = 1; i < readings.size(); ++i) {
        const PageReading& slave = readings[i];
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
    if (argc < 5) {
        std::cerr << "Usage: page_sampler RATE SECONDS MASTER-PAGE SLAVE-PAGE...\n";
        return 2;
    }
    try {
        // Otherwise the kernel may wake this thread 50 µs late, together with others.
        prctl(PR_SET_TIMERSLACK, 1);
        Pages pages;
        for (int i = 3; i < argc; ++i) {
            pages.push_back(std::make_unique<PageReader>(argv[i]));
        }
        Counts counts = sample(pages, std::atof(argv[1]), std::atof(argv[2]));
        nlohmann::ordered_json result = counts.errors.json();
        result["unsynchronized"] = counts.unsynchronized;
        result["interrupted"] = counts.interrupted;
        std::cout << result << std::endl;
    } catch (const std::exception& error) {
        std::cerr << "page_sampler: " << error.what() << "\n";
        return 1;
    }
}
