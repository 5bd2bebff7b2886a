/// Writes down what the published clocks of one machine's daemons say: RATE times a second all
/// pages at one instant of the raw clock, as a line of that instant and of each page's time and
/// bound, in nanoseconds; "- -" for a clock that is not synchronized. Until it is killed.
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "pages.h"

namespace {

using namespace berkeley;
using bench::Pages;

std::string lineOf(const Pages& pages) {
    const bench::Moment moment = pages.now();
    std::ostringstream line;
    line << moment.raw.time_since_epoch().count();
    for (const page::Reading& reading : moment.readings) {
        if (reading.bound) {
            line << ' ' << reading.time.time_since_epoch().count() << ' ' << reading.bound->count();
        } else {
            line << " - -";
        }
    }
    return line.str();
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
    return bench::runOnPages({argv, static_cast<std::size_t>(argc)}, 1,
                             "page_recorder RATE FILE PAGE...",
                             [](const Pages& pages, const char* rate, const char* file) {
                                 std::ofstream output{file};
                                 record(pages, std::atof(rate), output);
                             });
}
