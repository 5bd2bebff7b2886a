/// Writes down what the published clocks of one machine's daemons say: RATE times a second all
/// pages at one instant of the raw clock, as a line of that instant and of each page's time and
/// bound, in nanoseconds; "- -" for a clock that is not synchronized. Until it is killed.
#include <sys/prctl.h>

#include <cmath>
#include <cstdlib>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <sstream>
#include <thread>
#include <vector>

#include "berkeley/host/shared_page.h"

namespace {

using namespace berkeley;

/// As in page_sampler: when reading took longer, an adjustment may have come in between.
constexpr std::chrono::microseconds kTogether{10};

using Pages = std::vector<std::unique_ptr<PageReader>>;

/// Nothing of a clock that is not synchronized, or whose daemon died while it wrote.
PageReading readingOf(const PageReader& page, RawTime raw) {
    try {
        return page.at(raw);
    } catch (const std::runtime_error&) {
        return {};
    }
}

std::string lineOf(const Pages& pages) {
    while (true) {
        const RawTime raw = RawTimeline::now();
        std::vector<PageReading> readings;
        for (const auto& page : pages) {
            readings.push_back(readingOf(*page, raw));
        }
        if (RawTimeline::now() - raw > kTogether) {
            continue;
        }
        std::ostringstream line;
        line << raw.time_since_epoch().count();
        for (const PageReading& reading : readings) {
            if (reading.bound) {
                line << ' ' << reading.time.time_since_epoch().count() << ' '
                     << reading.bound->count();
            } else {
                line << " - -";
            }
        }
        return line.str();
    }
}

void record(const Pages& pages, double rate, std::ostream& output) {
    const std::chrono::nanoseconds period{std::llround(1e9 / rate)};
    for (auto next = std::chrono::steady_clock::now();; next += period) {
        std::this_thread::sleep_until(next);
        output << lineOf(pages) << std::endl;
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4) {
        std::cerr << "Usage: page_recorder RATE FILE PAGE...\n";
        return 2;
    }
    try {
        // Otherwise the kernel may wake this thread 50 µs late, together with others.
        prctl(PR_SET_TIMERSLACK, 1);
        Pages pages;
        for (int i = 3; i < argc; ++i) {
            pages.push_back(std::make_unique<PageReader>(argv[i]));
        }
        std::ofstream file{argv[2]};
        record(pages, std::atof(argv[1]), file);
    } catch (const std::exception& error) {
        std::cerr << "page_recorder: " << error.what() << "\n";
        return 1;
    }
}
