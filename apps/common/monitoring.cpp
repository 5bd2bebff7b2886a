#include "common/monitoring.h"

namespace berkeley {

std::unique_ptr<Monitor> monitorFor(const MasterOptions& options, const std::string& name,
                                    const SteeredClock& clock) {
    if (!options.http && !options.watch) {
        return nullptr;
    }
    return std::make_unique<Monitor>(
        MonitorConfig{.program = "berkeley-master",
                      .version = BERKELEY_VERSION,
                      .name = name,
                      .role = options.peers.empty() ? Role::active : Role::standby,
                      .lab = false,
                      .interval = options.interval},
        clock);
}

std::unique_ptr<Monitor> monitorFor(const SlaveOptions& options, const SteeredClock& clock) {
    if (!options.http) {
        return nullptr;
    }
    return std::make_unique<Monitor>(MonitorConfig{.program = "berkeley-slave",
                                                   .version = BERKELEY_VERSION,
                                                   .name = options.name,
                                                   .role = Role::slave,
                                                   .lab = options.lab,
                                                   .interval = options.interval},
                                     clock);
}

void lookForPause(SteeredClock& clock, Monitor* monitor, spdlog::logger& logger) {
    if (const std::optional<Pause> pause = clock.lookForPause()) {
        logger.warn("{}", toText(*pause));
        if (monitor != nullptr) {
            monitor->paused(*pause);
        }
    }
}

std::unique_ptr<HttpServer> serveHttp(const CommonOptions& options, MonitorSiteConfig config,
                                      const Monitor* monitor, spdlog::logger& logger) {
    if (!options.http) {
        return nullptr;
    }
    config.maxBound = options.maxBound;
    auto server =
        std::make_unique<HttpServer>(*options.http, MonitorSite{std::move(config), *monitor});
    logger.info("serving HTTP on {}", toText(server->local()));
    if (!isLoopback(options.http->host)) {
        logger.warn("whoever can reach {} can read the state of the group there",
                    toText(server->local()));
    }
    return server;
}

}  // namespace berkeley
