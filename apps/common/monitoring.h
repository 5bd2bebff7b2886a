/// Lets others see what a daemon does, when it is told to.
///
/// Thread safety: values; one thread.
#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string>

#include "common/options.h"
#include "common/watchdog.h"
#include "net/http_server.h"
#include "node/monitor.h"
#include "node/monitor_site.h"

namespace berkeley::apps {

/// Of a master called `name`.
node::Monitor monitorFor(const MasterOptions& options, const std::string& name,
                         const host::SteeredClock& clock);
/// Of a slave.
node::Monitor monitorFor(const SlaveOptions& options, const host::SteeredClock& clock);

/// Looks whether this machine stood still, which `clock` does not show; warns of it, and has
/// `monitor` count it. Main's, about once a second.
void lookForPause(host::SteeredClock& clock, node::Monitor& monitor, spdlog::logger& logger);

/// Says when what is due to the daemon stops coming, and when it comes again. Likewise.
void lookForSilence(const observe::Status& status, Watchdog& watchdog, spdlog::logger& logger);

/// Until it is destroyed, and says where; nothing unless the options ask for it. The largest bound
/// is that of the options. std::runtime_error when the address cannot be had.
std::unique_ptr<net::HttpServer> serveHttp(const CommonOptions& options,
                                           node::MonitorSiteConfig config,
                                           const node::Monitor& monitor, spdlog::logger& logger);

}  // namespace berkeley::apps
