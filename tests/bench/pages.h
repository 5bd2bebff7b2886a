/// The published clocks of one machine's daemons, read for one and the same instant of the raw
/// clock, which is the same for all processes, so that what is left between them is the true error.
#pragma once

#include <sys/prctl.h>

#include <cstdint>
#include <exception>
#include <iostream>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "support/open_page.h"

namespace berkeley::bench {

struct Moment {
    page::RawTime raw;
    std::vector<page::Reading> readings;
    std::uint64_t interrupted = 0;  ///< how often they had to be read again
};

class Pages {
  public:
    explicit Pages(std::span<char*> files) {
        for (const char* file : files) {
            pages_.push_back(std::make_unique<OpenPage>(file));
        }
    }

    Moment now() const {
        Moment moment;
        while (true) {
            moment.raw = page::RawTimeline::now();
            moment.readings.clear();
            for (const auto& page : pages_) {
                moment.readings.push_back(page->at(moment.raw));
            }
            if (page::RawTimeline::now() - moment.raw < kTogether) {
                return moment;
            }
            ++moment.interrupted;
        }
    }

  private:
    /// When reading took longer, this program was interrupted: an adjustment may have come in
    /// between, and the later pages would be evaluated too far before it.
    static constexpr std::chrono::microseconds kTogether{10};

    std::vector<std::unique_ptr<OpenPage>> pages_;
};

/// The main function of a program with two arguments and `least` or more pages behind them.
template <class Run>
int runOnPages(std::span<char*> arguments, std::size_t least, const std::string& usage, Run run) {
    const std::string name = usage.substr(0, usage.find(' '));
    if (arguments.size() < 3 + least) {
        std::cerr << "Usage: " << usage << "\n";
        return 2;
    }
    try {
        // Otherwise the kernel may wake this thread 50 µs late, together with others.
        prctl(PR_SET_TIMERSLACK, 1);
        run(Pages{arguments.subspan(3)}, arguments[1], arguments[2]);
        return 0;
    } catch (const std::exception& error) {
        std::cerr << name << ": " << error.what() << "\n";
        return 1;
    }
}

}  // namespace berkeley::bench
