/// Log lines about peers, so many and no more: no peer can fill the log.
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
    /// A host gets `burst` lines of that level at once, and a tenth of them a second afterwards.
    /// What counts as one host says networkOf().
    PeerLog(std::shared_ptr<spdlog::logger> logger, spdlog::level::level_enum level, double burst)
        : logger_(std::move(logger)), level_(level), burst_(burst) {}

    /// One line that begins with the peer. The next one that gets through says how many did not.
    void write(const Endpoint& peer, const std::string& text);

  private:
    using Clock = std::chrono::steady_clock;

    struct Allowance {
        double lines{};
        Clock::time_point since;
        unsigned suppressed{};
    };

    Allowance& allowanceOf(const std::string& host, Clock::time_point now);

    const std::shared_ptr<spdlog::logger> logger_;
    const spdlog::level::level_enum level_;
    const double burst_;
    std::mutex lock_;  ///< guards allowances_
    std::map<std::string, Allowance> allowances_;
};

}  // namespace berkeley
