/// Lets others see what a daemon does, when it is told to.
///
/// Thread safety: values; one thread.
#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <utility>

#include "common/options.h"
#include "net/http_server.h"
#include "node/monitor.h"
#include "node/monitor_site.h"

namespace berkeley::apps {

/// Of a master called `name`; nothing when it is not wanted.
std::unique_ptr<node::Monitor> monitorFor(const MasterOptions& options, const std::string& name,
                                          const host::SteeredClock& clock);
/// Of a slave.
std::unique_ptr<node::Monitor> monitorFor(const SlaveOptions& options,
                                          const host::SteeredClock& clock);

/// What `monitor`, if there is one, sees before `events` do.
template <class Events>
Events watchedBy(node::Monitor* monitor, Events events) {
    return monitor == nullptr ? std::move(events) : monitor->watching(std::move(events));
}

/// Looks whether this machine stood still, which `clock` does not show; warns of it, and lets
/// `monitor`, if there is one, count it. Main's, about once a second.
void lookForPause(host::SteeredClock& clock, node::Monitor* monitor, spdlog::logger& logger);

/// Until it is destroyed, and says where; nothing unless the options ask for it. The largest bound
/// is that of the options. std::runtime_error when the address cannot be had.
std::unique_ptr<net::HttpServer> serveHttp(const CommonOptions& options,
                                           node::MonitorSiteConfig config,
                                           const node::Monitor* monitor, spdlog::logger& logger);

}  // namespace berkeley::apps
