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
    /// A host gets `perSecond` lines of `level`, and bursts of ten times as many. net::networkOf()
    /// says what counts as one host.
    PeerLog(std::shared_ptr<spdlog::logger> logger, spdlog::level::level_enum level,
            std::uint32_t perSecond)
        : logger_(std::move(logger)), level_(level), lines_(perSecond) {}

    /// Writes a line that begins with the peer, if the rate permits. The next one that is written
    /// says how many were left out.
    void write(const net::Endpoint& peer, const std::string& text);

  private:
    std::optional<unsigned> take(const std::string& host);

    const std::shared_ptr<spdlog::logger> logger_;
    const spdlog::level::level_enum level_;
    os::Mutex lock_;
    TokenBuckets lines_ GUARDED_BY(lock_);
};

}  // namespace berkeley::node
