#include "common/monitoring.h"

#include "time/units.h"

namespace berkeley::apps {

node::Monitor monitorFor(const MasterOptions& options, const std::string& name,
                         const host::SteeredClock& clock) {
    return {{.program = "berkeley-master",
             .version = BERKELEY_VERSION,
             .name = name,
             .role = options.peers.empty() ? observe::Role::active : observe::Role::standby,
             .lab = false,
             .interval = options.interval},
            clock};
}

node::Monitor monitorFor(const SlaveOptions& options, const host::SteeredClock& clock) {
    return {{.program = "berkeley-slave",
             .version = BERKELEY_VERSION,
             .name = options.name,
             .role = observe::Role::slave,
             .lab = options.lab,
             .interval = options.interval},
            clock};
}

void lookForPause(host::SteeredClock& clock, node::Monitor& monitor, spdlog::logger& logger) {
    if (const std::optional<Pause> pause = clock.lookForPause()) {
        logger.warn("{}", toText(*pause));
        monitor.paused(*pause);
    }
}

void lookForSilence(const observe::Status& status, Watchdog& watchdog, spdlog::logger& logger) {
    const Watchdog::Finding finding = watchdog.look(observe::silenceOf(status), status.interval);
    if (finding == Watchdog::Finding::nothing) {
        return;
    }
    const bool begins = finding == Watchdog::Finding::silence;
    const std::string silence = toSpanText(watchdog.silence());
    if (status.role == observe::Role::active) {
        if (!begins && !status.cycleEnded) {
            return;  // It was silent as a follower; now it leads, and its cycles are still to come.
        }
        if (begins) {
            logger.warn("no sync cycle has ended for {}, although enough slaves are connected",
                        silence);
        } else {
            logger.info("sync cycles have resumed after {}", silence);
        }
        return;
    }
    const std::string right =
        status.bound ? "; the clock is right within " + toSpanText(*status.bound) : "";
    if (begins) {
        logger.warn("holdover: no adjustment has come for {}{}", silence, right);
    } else {
        logger.info("holdover is over after {}{}", silence, right);
    }
}

std::unique_ptr<net::HttpServer> serveHttp(const CommonOptions& options,
                                           node::MonitorSiteConfig config,
                                           const node::Monitor& monitor, spdlog::logger& logger) {
    if (!options.http) {
        return nullptr;
    }
    config.maxBound = options.maxBound;
    auto server = std::make_unique<net::HttpServer>(*options.http,
                                                    node::MonitorSite{std::move(config), monitor});
    logger.info("serving HTTP on {}", toText(server->local()));
    if (!net::isLoopback(options.http->host)) {
        logger.warn("any host that can reach {} can read the state of the group there",
                    toText(server->local()));
    }
    return server;
}

}  // namespace berkeley::apps
