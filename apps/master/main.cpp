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
#include "master/watch.h"
#include "node/failover_node.h"
#include "node/master_node.h"
#include "observe/table.h"

namespace berkeley::apps {
namespace {

/// Returns null for a master without others.
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

/// Shows people the cycles as in the lab, each with its table.
class CycleTables : public node::Observer {
  public:
    void cycleStarted(std::uint32_t cycle, std::size_t slaves) override {
        print(observe::renderAnnouncement(cycle, slaves));
    }
    void cycleEnded(const sync::CycleStatus& status) override {
        print(observe::renderCycle(status, colour_) + "\n");
    }
    void cycleSkipped(const std::vector<sync::ClockStatus>& slaves, std::size_t needed) override {
        print(observe::renderSkipped(slaves.size(), needed) + "\n");
    }

  private:
    const bool colour_ = wantsColour(STDOUT_FILENO);
};

/// The same for programs that read the log.
class CycleLog : public node::Observer {
  public:
    explicit CycleLog(spdlog::logger& logger) : logger_(logger) {}

    void cycleEnded(const sync::CycleStatus& status) override {
        logger_.info("{}", observe::renderSummary(observe::figuresOf(status)));
    }
    void cycleSkipped(const std::vector<sync::ClockStatus>& slaves, std::size_t needed) override {
        logger_.info("{}", observe::renderSkipped(slaves.size(), needed));
    }

  private:
    spdlog::logger& logger_;
};

/// Stops the master after the last of --cycles.
class StopAfterLastCycle : public node::Observer {
  public:
    void finished() override { requestStop(); }
};

/// With --watch, the screen shows the cycles.
std::unique_ptr<node::Observer> cyclePrinterFor(const MasterOptions& options,
                                                spdlog::logger& logger) {
    if (options.logFormat == LogFormat::json) {
        return std::make_unique<CycleLog>(logger);
    }
    return options.watch ? std::make_unique<node::Observer>() : std::make_unique<CycleTables>();
}

/// Besides its connections, the master needs a few descriptors: log, page, listener, viewers.
constexpr std::size_t kOwnDescriptors = 32 + net::HttpServer::kConnections;

void makeRoomFor(const node::AdmissionLimits& limits, spdlog::logger& logger) {
    const std::size_t wanted = std::size_t{limits.slaves} + limits.pending + kOwnDescriptors;
    if (const std::size_t allowed = allowDescriptors(wanted); allowed < wanted) {
        logger.info(
            "at most {} descriptors are allowed (ulimit -Hn), which limits the number of slaves",
            allowed);
    }
}

GroupTime groupNow(const host::SteeredClock& clock) {
    return clock.state().line.groupTimeAt(clock.hostNow());
}

/// Returns null unless the options ask for it.
std::unique_ptr<Watch> watchFor(const MasterOptions& options, const node::Monitor& monitor,
                                const std::shared_ptr<ScreenLog>& log,
                                const net::HttpServer* http) {
    if (!options.watch) {
        return nullptr;
    }
    return std::make_unique<Watch>(monitor, log,
                                   http == nullptr ? "" : "http://" + toText(http->local()) + "/",
                                   options.maxBound);
}

/// A file that is wrong or half written shuts no slave out.
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
            "insecure: any host that can reach this port can join the group under any name and "
            "move its "
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
    node::MasterConfig config =
        configOf(options, std::move(keys), state.rememberedPpb(), leadership);
    node::Monitor monitor = monitorFor(options, nameOf(options), clock);
    const auto printer = cyclePrinterFor(options, *logger);
    StopAfterLastCycle stop;
    node::MasterNode master{std::move(config), {&monitor, printer.get(), &stop}, clock, logger};
    auto http = serveHttp(options,
                          {.metricsClocks = options.metricsSlaves,
                           .peerCounts = [&master] { return master.peerCounts(); }},
                          monitor, *logger);
    master.initiateClockServer();
    std::optional<node::FailoverNode> failover;
    if (leadership) {
        failover.emplace(node::FailoverConfig{options.interval, std::move(ownKey)}, *leadership,
                         master, node::Observers{&monitor}, clock, logger);
        failover->start();
    }
    warnOfInsecure(options, *logger);
    auto watch = watchFor(options, monitor, screenLog, http.get());
    Watchdog watchdog;
    superviseUntilStop(
        [&] {
            lookForPause(clock, monitor, *logger);
            const observe::Status status = monitor.summary();
            lookForSilence(status, watchdog, *logger);
            state.saveNowAndThen(clock);
            // A standby is not to blame when the active master tells it nothing.
            const bool isBehind = status.role == observe::Role::active && watchdog.isSilent();
            const bool isStuck = failover && failover->isStuck();
            return ServiceState{
                .ready = true, .alive = !isBehind && !isStuck, .status = observe::lineOf(status)};
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
