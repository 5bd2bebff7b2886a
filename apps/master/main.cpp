/// berkeley-master: parse, compose, wait for a signal, stop.
#include <unistd.h>

#include <random>

#include "common/clock.h"
#include "common/console.h"
#include "common/daemon.h"
#include "common/keys.h"
#include "common/logging.h"
#include "common/monitoring.h"
#include "common/options.h"
#include "common/screen_log.h"
#include "common/service_manager.h"
#include "common/state_keeper.h"
#include "common/watchdog.h"
#include "master/latest_cycle.h"
#include "master/watch.h"
#include "node/failover_node.h"
#include "node/master_node.h"
#include "observe/table.h"
#include "time/units.h"

namespace berkeley::apps {
namespace {

/// Nothing for a master without others.
std::shared_ptr<node::Leadership> leadershipFor(const MasterOptions& options) {
    if (options.peers.empty()) {
        return nullptr;
    }
    return std::make_shared<node::Leadership>(node::MasterRanks{options.peers, options.rank},
                                              node::FailoverNode::patienceFor(options.interval));
}

std::string nameOf(const MasterOptions& options) {
    return options.peers.empty() ? "master" : node::MasterRanks::nameOf(options.rank);
}

sync::GroupId randomGroup() {
    std::random_device device;
    return std::uniform_int_distribution<sync::GroupId>{1}(device);
}

node::MasterConfig configOf(const MasterOptions& options, std::optional<net::Keys> keys,
                            std::optional<double> rememberedPpb,
                            std::shared_ptr<node::Leadership> leadership) {
    node::MasterConfig config;
    config.listen = options.listen;
    config.interval = options.interval;
    config.minSlaves = options.minSlaves;
    config.cycles = options.cycles;
    config.group = {.masterName = nameOf(options),
                    .average = options.average,
                    .driftLimit = options.driftLimit,
                    .foundAfter = options.foundAfter,
                    .newGroup = randomGroup(),
                    .rememberedPpb = rememberedPpb};
    config.keys = std::move(keys);
    config.leadership = std::move(leadership);
    config.admission = options.admission;
    config.patience = options.patience;
    config.unreadBytes = options.maxUnread;
    return config;
}

/// What people watch: the cycles as in the lab, each with its table.
node::MasterEvents eventsForPeople() {
    const bool colour = wantsColour(STDOUT_FILENO);
    return {
        .cycleStarted =
            [](std::uint32_t cycle, std::size_t slaves) {
                print(observe::renderAnnouncement(cycle, slaves));
            },
        .cycleEnded =
            [colour](const sync::CycleStatus& status) {
                print(observe::renderCycle(status, colour) + "\n");
            },
        .cycleSkipped =
            [](const std::vector<sync::ClockStatus>& slaves, std::size_t needed) {
                print(observe::renderSkipped(slaves.size(), needed) + "\n");
            },
        .finished = requestStop,
    };
}

/// The same for programs that read the log.
node::MasterEvents eventsForLog(const std::shared_ptr<spdlog::logger>& logger) {
    return {
        .cycleEnded =
            [logger](const sync::CycleStatus& status) {
                logger->info("{}", observe::renderSummary(status));
            },
        .cycleSkipped =
            [logger](const std::vector<sync::ClockStatus>& slaves, std::size_t needed) {
                logger->info("{}", observe::renderSkipped(slaves.size(), needed));
            },
        .finished = requestStop,
    };
}

node::MasterEvents eventsFor(const MasterOptions& options,
                             const std::shared_ptr<spdlog::logger>& logger) {
    if (options.logFormat == LogFormat::json) {
        return eventsForLog(logger);
    }
    // Who watches the screen sees the cycles there.
    return options.watch ? node::MasterEvents{.finished = requestStop} : eventsForPeople();
}

/// Besides its connections the master needs a few descriptors: log, page, listener, viewers.
constexpr std::size_t kOwnDescriptors = 32 + net::HttpServer::kConnections;

void makeRoomFor(const node::AdmissionLimits& limits, spdlog::logger& logger) {
    const std::size_t wanted = std::size_t{limits.slaves} + limits.pending + kOwnDescriptors;
    if (const std::size_t allowed = allowDescriptors(wanted); allowed < wanted) {
        logger.info("no more than {} descriptors (ulimit -Hn), and so no more slaves", allowed);
    }
}

/// A standby's cycles are those of the active master.
void lookAfter(const node::MasterNode& master, const host::SteeredClock& clock, Watchdog& watchdog,
               spdlog::logger& logger) {
    switch (watchdog.look(master.turns() + clock.state().cycle, std::chrono::steady_clock::now())) {
        case Watchdog::Finding::silence:
            logger.warn("no sync cycle has ended for {}, although there are slaves enough",
                        toSpanText(watchdog.silence()));
            break;
        case Watchdog::Finding::over:
            logger.info("sync cycles go on, after {} without one", toSpanText(watchdog.silence()));
            break;
        case Watchdog::Finding::nothing:
            break;
    }
}

GroupTime groupNow(const host::SteeredClock& clock) {
    return clock.state().line.groupTimeAt(clock.hostNow());
}

/// Nothing unless the options ask for it.
std::unique_ptr<Watch> watchFor(const MasterOptions& options, const node::Monitor* monitor,
                                const std::shared_ptr<ScreenLog>& log,
                                const net::HttpServer* http) {
    if (!options.watch) {
        return nullptr;
    }
    return std::make_unique<Watch>(*monitor, log,
                                   http == nullptr ? "" : "http://" + toText(http->local()) + "/",
                                   options.maxBound);
}

/// A file that is wrong, or half written, shuts no slave out.
void reloadKeys(const MasterOptions& options, node::MasterNode& master, spdlog::logger& logger) {
    try {
        if (std::optional<net::Keys> keys = keysOf(options)) {
            logger.info("{} keys read from {}", keys->size(), options.keyFile.string());
            master.replaceKeys(std::move(*keys));
        }
    } catch (const UsageError& error) {
        logger.error("{}; the keys stay as they were", error.what());
    }
}

void warnOfInsecure(const MasterOptions& options, spdlog::logger& logger) {
    if (options.insecure) {
        logger.warn(
            "insecure: whoever can reach this port can join the group under any name and move its "
            "clocks; use --key-file instead");
    }
}

void run(const MasterOptions& options) {
    std::optional<net::Keys> keys = keysOf(options);
    if (options.watch) {
        Watch::requireTerminal();
    }
    blockStopSignals();
    const auto logger = makeLogger(options.logLevel, options.logFormat);
    makeRoomFor(options.admission, *logger);
    const auto leadership = leadershipFor(options);
    host::SteeredClock clock = clockFor(options, page::Role::master, nameOf(options), *logger);
    const auto screenLog =
        options.watch ? ScreenLog::before(*logger, [&clock] { return groupNow(clock); }) : nullptr;
    StateKeeper state{options, logger};
    std::optional<net::Key> ownKey = leadership ? ownKeyOf(options, keys) : std::nullopt;
    LatestCycle latest;
    node::MasterConfig config =
        configOf(options, std::move(keys), state.rememberedPpb(), leadership);
    const auto monitor = monitorFor(options, nameOf(options), clock);
    node::MasterNode master{std::move(config),
                            notedIn(latest, watchedBy(monitor.get(), eventsFor(options, logger))),
                            clock, logger};
    auto http = serveHttp(options,
                          {.metricsClocks = options.metricsSlaves,
                           .peerCounts = [&master] { return master.peerCounts(); }},
                          monitor.get(), *logger);
    master.initiateClockServer();
    std::optional<node::FailoverNode> failover;
    if (leadership) {
        failover.emplace(node::FailoverConfig{options.interval, std::move(ownKey)}, *leadership,
                         master, watchedBy(monitor.get(), node::FailoverEvents{}), clock, logger);
        failover->start();
    }
    warnOfInsecure(options, *logger);
    auto watch = watchFor(options, monitor.get(), screenLog, http.get());
    Watchdog watchdog{options.interval};
    superviseUntilStop(
        [&] {
            lookForPause(clock, monitor.get(), *logger);
            lookAfter(master, clock, watchdog, *logger);
            state.saveNowAndThen(clock);
            return ServiceState{.ready = true,
                                .alive = !watchdog.isSilent(),
                                .status = statusOf(leadership.get(), latest, clock)};
        },
        [&] { reloadKeys(options, master, *logger); });
    watch.reset();
    http.reset();
    failover.reset();
    master.stop();
    state.save(clock);
}

}  // namespace
}  // namespace berkeley::apps

int main(int argc, char** argv) {
    return berkeley::apps::runMain("berkeley-master", {argv, static_cast<std::size_t>(argc)},
                                   berkeley::apps::parseMasterOptions, berkeley::apps::run);
}
