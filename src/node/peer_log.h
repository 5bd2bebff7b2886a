/// Log lines about peers, at a limited rate: no peer can fill the log.
///
/// Thread safety: any thread.
#pragma once

#include <spdlog/logger.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "net/endpoint.h"
#include "node/token_buckets.h"
#include "os/mutex.h"

namespace berkeley::node {

class PeerLog {
  public:
    /// A host gets `perSecond` lines of that level, and ten times as many at once. What counts as
    /// one host says net::networkOf().
    PeerLog(std::shared_ptr<spdlog::logger> logger, spdlog::level::level_enum level,
            std::uint32_t perSecond)
        : logger_(std::move(logger)), level_(level), lines_(perSecond) {}

    /// One line that begins with the peer. The next one that gets through says how many did not.
    void write(const net::Endpoint& peer, const std::string& text);

  private:
    std::optional<unsigned> take(const std::string& host);

    const std::shared_ptr<spdlog::logger> logger_;
    const spdlog::level::level_enum level_;
    os::Mutex lock_;
    TokenBuckets lines_ GUARDED_BY(lock_);
};

}  // namespace berkeley::node
