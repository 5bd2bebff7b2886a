/// berkeleyctl: reads this machine's published page, and asks the master about its clocks.
#include <iostream>
#include <memory>
#include <thread>

#include "berkeley/group_clock.h"
#include "common/daemon.h"
#include "ctl/options.h"
#include "ctl/run.h"
#include "ctl/sources.h"
#include "ctl/status.h"
#include "page/raw_clock.h"
#include "time/units.h"

namespace berkeley::apps {
namespace {

using Steady = std::chrono::steady_clock;

/// How often the page is read while waiting: it cannot announce that it has changed.
constexpr std::chrono::milliseconds kLookAgain{20};

struct Close {
    void operator()(berkeley_clock* clock) const { berkeley_close(clock); }
};
using Clock = std::unique_ptr<berkeley_clock, Close>;

/// Throws when there is no page.
Clock openClock(const CtlOptions& options) {
    berkeley_clock* clock = nullptr;
    if (const int error =
            berkeley_open(options.page.empty() ? nullptr : options.page.c_str(), &clock)) {
        throw GroupClockError{error, options.page};
    }
    return Clock{clock};
}

berkeley_reading read(const Clock& clock) {
    berkeley_reading reading;
    berkeley_now(clock.get(), &reading);
    return reading;
}

template <class Value>
void print(const Value& value, const CtlOptions& options) {
    std::cout << (options.json ? jsonOf(value).dump() + "\n" : render(value));
}

void showStatus(const CtlOptions& options) {
    const Clock clock = openClock(options);
    StatusReport report{.page = berkeley_path(clock.get()),
                        .reading = read(clock),
                        .description = {},
                        .systemOffset = {}};
    report.systemOffset = page::systemNow().time_since_epoch() - Nanoseconds{report.reading.time};
    if (const int error = berkeley_describe(clock.get(), &report.description)) {
        throw GroupClockError{error, report.page};
    }
    print(report, options);
}

void showSources(const CtlOptions& options) {
    const nlohmann::ordered_json status = fetchStatus(options.http);
    std::cout << (options.json ? status.dump() + "\n" : renderSources(status));
}

void showNow(const CtlOptions& options) { print(read(openClock(options)), options); }

/// Returns what is still missing; "" if nothing is.
std::string missingFrom(const berkeley_reading& reading, const CtlOptions& options) {
    if (reading.status != BERKELEY_SYNCHRONIZED) {
        const std::string reason = berkeley_reason_text(reading.reason);
        return reason.empty() ? "no adjustments come" : reason;
    }
    if (options.maxBound && reading.bound > options.maxBound->count()) {
        return "the bound is " + toSpanText(Nanoseconds{reading.bound});
    }
    return "";
}

/// Returns what is missing now; throws when it makes no sense to wait for it.
std::string lookOnce(const CtlOptions& options, Clock& clock, berkeley_reading& reading) {
    try {
        if (!clock) {
            clock = openClock(options);
        }
        reading = read(clock);
        return missingFrom(reading, options);
    } catch (const GroupClockError& error) {
        if (error.code() != BERKELEY_NO_PAGE) {
            throw;
        }
        return error.what();
    }
}

void waitForSync(const CtlOptions& options) {
    const auto start = Steady::now();
    Clock clock;
    berkeley_reading reading;
    std::string missing;
    while (!(missing = lookOnce(options, clock, reading)).empty()) {
        if (options.timeout && Steady::now() - start >= *options.timeout) {
            throw std::runtime_error("waitsync: not within " + toSpanText(*options.timeout) + ": " +
                                     missing);
        }
        std::this_thread::sleep_for(kLookAgain);
    }
    print(reading, options);
}

void run(const CtlOptions& options) {
    switch (options.command) {
        case CtlCommand::status:
            return showStatus(options);
        case CtlCommand::sources:
            return showSources(options);
        case CtlCommand::now:
            return showNow(options);
        case CtlCommand::waitsync:
            return waitForSync(options);
        case CtlCommand::run: {
            // Without a page, the program would run under the system's time, unnoticed.
            const Clock clock = openClock(options);
            runUnderGroupTime(options.program, berkeley_path(clock.get()));
        }
    }
}

}  // namespace
}  // namespace berkeley::apps

int main(int argc, char** argv) {
    return berkeley::apps::runMain("berkeleyctl", {argv, static_cast<std::size_t>(argc)},
                                   berkeley::apps::parseCtlOptions, berkeley::apps::run);
}
