#include "common/monitoring.h"

namespace berkeley::apps {

std::unique_ptr<node::Monitor> monitorFor(const MasterOptions& options, const std::string& name,
                                          const host::SteeredClock& clock) {
    if (!options.http && !options.watch) {
        return nullptr;
    }
    return std::make_unique<node::Monitor>(
        node::MonitorConfig{
            .program = "berkeley-master",
            .version = BERKELEY_VERSION,
            .name = name,
            .role = options.peers.empty() ? observe::Role::active : observe::Role::standby,
            .lab = false,
            .interval = options.interval},
        clock);
}

std::unique_ptr<node::Monitor> monitorFor(const SlaveOptions& options,
                                          const host::SteeredClock& clock) {
    if (!options.http) {
        return nullptr;
    }
    return std::make_unique<node::Monitor>(node::MonitorConfig{.program = "berkeley-slave",
                                                               .version = BERKELEY_VERSION,
                                                               .name = options.name,
                                                               .role = observe::Role::slave,
                                                               .lab = options.lab,
                                                               .interval = options.interval},
                                           clock);
}

void lookForPause(host::SteeredClock& clock, node::Monitor* monitor, spdlog::logger& logger) {
    if (const std::optional<Pause> pause = clock.lookForPause()) {
        logger.warn("{}", toText(*pause));
        if (monitor != nullptr) {
            monitor->paused(*pause);
        }
    }
}

std::unique_ptr<net::HttpServer> serveHttp(const CommonOptions& options,
                                           node::MonitorSiteConfig config,
                                           const node::Monitor* monitor, spdlog::logger& logger) {
    if (!options.http) {
        return nullptr;
    }
    config.maxBound = options.maxBound;
    auto server = std::make_unique<net::HttpServer>(*options.http,
                                                    node::MonitorSite{std::move(config), *monitor});
    logger.info("serving HTTP on {}", toText(server->local()));
    if (!net::isLoopback(options.http->host)) {
        logger.warn("whoever can reach {} can read the state of the group there",
                    toText(server->local()));
    }
    return server;
}

}  // namespace berkeley::apps
