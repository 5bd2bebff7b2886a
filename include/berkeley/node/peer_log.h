/// Log lines about peers that misbehave, so that no peer can fill the log.
///
/// Thread safety: any thread.
#pragma once

#include <spdlog/logger.h>

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "berkeley/net/connection.h"

namespace berkeley {

class PeerLog {
  public:
    explicit PeerLog(std::shared_ptr<spdlog::logger> logger) : logger_(std::move(logger)) {}

    /// One warning that names the peer. A host gets kBurst lines at once and one a second
    /// afterwards; the next line that gets through says how many did not.
    void warn(const Endpoint& peer, const std::string& reason);

  private:
    using Clock = std::chrono::steady_clock;

    struct Allowance {
        double lines{};
        Clock::time_point since;
        unsigned suppressed{};
    };

    Allowance& allowanceOf(const std::string& host, Clock::time_point now);

    std::shared_ptr<spdlog::logger> logger_;
    std::mutex lock_;  ///< guards allowances_
    std::map<std::string, Allowance> allowances_;
};

}  // namespace berkeley
