/// Lets others see what a daemon does, as its options say.
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

/// Returns the monitor of a master called `name`.
node::Monitor monitorFor(const MasterOptions& options, const std::string& name,
                         const host::SteeredClock& clock);
/// Returns the monitor of a slave.
node::Monitor monitorFor(const SlaveOptions& options, const host::SteeredClock& clock);

/// Checks whether this machine stood still, which the time of `clock` does not show; if so, logs a
/// warning and has `monitor` count it. Called by the main thread about once a second.
void lookForPause(host::SteeredClock& clock, node::Monitor& monitor, spdlog::logger& logger);

/// Logs when what is due to the daemon stops coming, and when it comes again. Called likewise.
void lookForSilence(const observe::Status& status, Watchdog& watchdog, spdlog::logger& logger);

/// Serves HTTP until the result is destroyed, and logs where; returns null unless the options ask
/// for it. The largest bound is that of the options. Throws std::runtime_error when the address is
/// not available.
std::unique_ptr<net::HttpServer> serveHttp(const CommonOptions& options,
                                           node::MonitorSiteConfig config,
                                           const node::Monitor& monitor, spdlog::logger& logger);

}  // namespace berkeley::apps
