/// What a daemon answers over HTTP: status, history, health, metrics, and the files of the web
/// page.
///
/// docs/monitoring.md describes every address. Thread safety: any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "net/http_server.h"
#include "node/monitor.h"

namespace berkeley::node {

struct MonitorSiteConfig {
    Nanoseconds maxBound = Nanoseconds::max();          ///< with a larger one it is not healthy
    std::size_t metricsClocks = SIZE_MAX;               ///< that have metrics of their own
    std::function<observe::PeerCounts()> peerCounts{};  ///< of a master
};

class MonitorSite {
  public:
    /// `monitor` outlives it, and whatever `config` asks.
    MonitorSite(MonitorSiteConfig config, const Monitor& monitor);

    /// As of HttpHandler.
    net::HttpResponse operator()(const std::string& target) const;

  private:
    net::HttpResponse statusAnswer() const;
    net::HttpResponse historyAnswer(std::string_view query) const;
    net::HttpResponse healthAnswer() const;
    net::HttpResponse metricsAnswer() const;

    MonitorSiteConfig config_;
    const Monitor& monitor_;
};

}  // namespace berkeley::node
