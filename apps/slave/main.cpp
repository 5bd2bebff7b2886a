/// berkeley-slave: parse, compose, wait for a signal, stop.
#include <fmt/format.h>

#include <boost/asio/io_context.hpp>

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
#include "net/connector.h"
#include "node/slave_node.h"
#include "time/units.h"
#include "wire/lab.h"

namespace berkeley::apps {
namespace {

std::string localText(Nanoseconds sinceEpoch) {
    return wire::toLabText(sinceEpoch, host::localTimeZone());
}

/// What is worth a line goes to people on stdout, and to programs into the log.
using Print = std::function<void(const std::string&)>;

Print printerFor(LogFormat format, const std::shared_ptr<spdlog::logger>& logger) {
    if (format == LogFormat::json) {
        return [logger](const std::string& line) { logger->info("{}", line); };
    }
    return [](const std::string& line) { print(line + "\n"); };
}

node::SlaveEvents eventsTo(const Print& print) {
    return {
        .synchronized =
            [print](const sync::Change& change, GroupTime now, Nanoseconds bound) {
                print(fmt::format("Synchronized time at the client is: {} ± {} ({} {})",
                                  localText(now.time_since_epoch()), toSpanText(bound),
                                  sync::isStep(change.manner) ? "stepped by" : "slewed by",
                                  toOffsetText(change.offset)));
            },
        .toldByLab =
            [print](HostTime told) {
                print(
                    fmt::format("Synchronized time at the client is: {} (told by a lab master; "
                                "this clock is left alone)",
                                localText(told.time_since_epoch())));
            },
    };
}

/// The same events; each adjustment goes to other time daemons too.
node::SlaveEvents feeding(node::SlaveEvents events, TimeFeeds& feeds,
                          const host::SteeredClock& clock) {
    events.synchronized = [told = std::move(events.synchronized), &feeds, &clock](
                              const sync::Change& change, GroupTime now, Nanoseconds bound) {
        feeds.send(clock);
        told(change, now, bound);
    };
    return events;
}

bool isWithin(const sync::ClockState& state, HostTime now, Nanoseconds maxBound) {
    return state.synchronized && !state.suspect && state.line.boundAt(now) <= maxBound;
}

std::string statusOf(const sync::ClockState& state, PauseKind suspect, HostTime now,
                     const Watchdog& watchdog) {
    if (!state.synchronized) {
        return "waiting for the first adjustment";
    }
    if (suspect != PauseKind::none) {
        return toText(Pause{suspect});
    }
    const std::string what =
        watchdog.isSilent() ? "holdover for " + toSpanText(watchdog.silence()) + " after cycle "
                            : "cycle ";
    return what + std::to_string(state.cycle) + ", the clock is right within " +
           toSpanText(state.line.boundAt(now));
}

/// With a lab master there is nothing to wait for: it adjusts no clock.
ServiceState stateOf(const SlaveOptions& options, const node::SlaveNode& slave,
                     const host::SteeredClock& clock, const Watchdog& watchdog) {
    const sync::ClockState state = clock.state();
    const HostTime now = clock.hostNow();
    return {.ready = options.lab || isWithin(state, now, options.maxBound),
            .alive = !slave.isStuck(),
            .status = options.lab ? "following a lab master"
                                  : statusOf(state, clock.suspect(), now, watchdog)};
}

/// Before the clock is synchronized there is nothing that it could hold.
void lookAfter(const host::SteeredClock& clock, Watchdog& watchdog, spdlog::logger& logger) {
    const sync::ClockState state = clock.state();
    if (!state.synchronized) {
        return;
    }
    const std::string bound = toSpanText(state.line.boundAt(clock.hostNow()));
    switch (watchdog.look(state.cycle, std::chrono::steady_clock::now())) {
        case Watchdog::Finding::silence:
            logger.warn("holdover: no adjustment has come for {}; the clock is right within {}",
                        toSpanText(watchdog.silence()), bound);
            break;
        case Watchdog::Finding::over:
            logger.info("holdover is over after {}; the clock is right within {}",
                        toSpanText(watchdog.silence()), bound);
            break;
        case Watchdog::Finding::nothing:
            break;
    }
}

/// An unknown name is a mistake, unless another one is known.
void requireKnownMaster(const std::vector<net::Endpoint>& masters) {
    boost::asio::io_context context;
    for (std::size_t i = 0; i < masters.size(); ++i) {
        try {
            (void)net::resolve(context, masters[i]);
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
    TimeFeeds feeds{options, logger};
    StateKeeper state{options, logger};
    const auto monitor = monitorFor(options, clock);
    node::SlaveNode slave{
        {options.masters, options.interval, options.name, options.lab, state.rememberedPpb(), key},
        watchedBy(monitor.get(),
                  feeding(eventsTo(printerFor(options.logFormat, logger)), feeds, clock)),
        clock,
        logger};
    auto http = serveHttp(options, {}, monitor.get(), *logger);
    slave.initiateSlaveClient();
    Watchdog watchdog{options.interval};
    superviseUntilStop([&] {
        lookForPause(clock, monitor.get(), *logger);
        lookAfter(clock, watchdog, *logger);
        state.saveNowAndThen(clock);
        return stateOf(options, slave, clock, watchdog);
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
