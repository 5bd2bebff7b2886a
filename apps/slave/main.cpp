/// berkeley-slave: parse, compose, wait for a signal, stop.
#include <fmt/format.h>

#include "common/clock.h"
#include "common/console.h"
#include "common/daemon.h"
#include "common/keys.h"
#include "common/logging.h"
#include "common/monitoring.h"
#include "common/options.h"
#include "common/service_manager.h"
#include "common/state_keeper.h"
#include "common/time_feeds.h"
#include "common/watchdog.h"
#include "host/time_zone.h"
#include "net/endpoint.h"
#include "node/slave_node.h"
#include "time/units.h"
#include "wire/lab.h"

namespace berkeley::apps {
namespace {

std::string localText(Nanoseconds sinceEpoch) {
    return wire::toLabText(sinceEpoch, host::localTimeZone());
}

/// Says what the slave is told: to people on stdout, to programs in the log.
class Printer : public node::Observer {
  public:
    Printer(LogFormat format, spdlog::logger& logger) : format_(format), logger_(logger) {}

    void synchronized(const sync::Change& change, GroupTime now, Nanoseconds bound) override {
        say(fmt::format("Synchronized time at the client is: {} ± {} ({} {})",
                        localText(now.time_since_epoch()), toSpanText(bound),
                        sync::isStep(change.manner) ? "stepped by" : "slewed by",
                        toOffsetText(change.offset)));
    }
    void toldByLab(HostTime told) override {
        say(
            fmt::format("Synchronized time at the client is: {} (told by a lab master; this clock "
                        "is left alone)",
                        localText(told.time_since_epoch())));
    }

  private:
    void say(const std::string& line) {
        if (format_ == LogFormat::json) {
            logger_.info("{}", line);
        } else {
            print(line + "\n");
        }
    }

    const LogFormat format_;
    spdlog::logger& logger_;
};

/// With a lab master there is nothing to wait for: it adjusts no clock.
ServiceState stateOf(const SlaveOptions& options, const node::SlaveNode& slave,
                     const observe::Status& status) {
    return {.ready = options.lab || (status.bound && *status.bound <= options.maxBound),
            .alive = !slave.isStuck(),
            .status = options.lab ? "following a lab master" : observe::lineOf(status)};
}

/// An unknown host name is an error only if none of the masters' is known.
void requireKnownMaster(const std::vector<net::Endpoint>& masters) {
    for (std::size_t i = 0; i < masters.size(); ++i) {
        try {
            net::requireKnown(masters[i]);
            return;
        } catch (const std::runtime_error&) {
            if (i + 1 == masters.size()) {
                throw;
            }
        }
    }
}

void run(const SlaveOptions& options) {
    const auto key = keyOf(options);
    blockStopSignals();
    const auto logger = makeLogger(options.logLevel, options.logFormat);
    requireKnownMaster(options.masters);
    host::SteeredClock clock = clockFor(options, page::Role::slave, options.name, *logger);
    TimeFeeds feeds{options, clock, logger};
    StateKeeper state{options, logger};
    node::Monitor monitor = monitorFor(options, clock);
    Printer printer{options.logFormat, *logger};
    node::SlaveNode slave{
        {options.masters, options.interval, options.name, options.lab, state.rememberedPpb(), key},
        {&monitor, &feeds, &printer},
        clock,
        logger};
    auto http = serveHttp(options, {}, monitor, *logger);
    slave.initiateSlaveClient();
    Watchdog watchdog;
    superviseUntilStop([&] {
        lookForPause(clock, monitor, *logger);
        const observe::Status status = monitor.summary();
        lookForSilence(status, watchdog, *logger);
        state.saveNowAndThen(clock);
        return stateOf(options, slave, status);
    });
    http.reset();
    slave.stop();
    state.save(clock);
}

}  // namespace
}  // namespace berkeley::apps

int main(int argc, char** argv) {
    return berkeley::apps::runMain("berkeley-slave", {argv, static_cast<std::size_t>(argc)},
                                   berkeley::apps::parseSlaveOptions, berkeley::apps::run);
}
