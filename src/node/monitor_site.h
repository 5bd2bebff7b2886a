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
    Nanoseconds maxBound = Nanoseconds::max();          ///< with a larger bound it is not healthy
    std::size_t metricsClocks = SIZE_MAX;               ///< most clocks with their own metrics
    std::function<observe::PeerCounts()> peerCounts{};  ///< for a master only
};

class MonitorSite {
  public:
    /// `monitor`, and whatever `config` calls, must outlive it.
    MonitorSite(MonitorSiteConfig config, const Monitor& monitor);

    /// Answers a request target, as an HttpHandler does.
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
