/// How often each address may do something: a rate per second, and bursts of ten times that.
///
/// net::networkOf() says what counts as one address. Memory is bounded, however many addresses
/// there are. The caller passes in the time. Thread safety: none.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "time/timeline.h"

namespace berkeley::node {

class TokenBuckets {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// `perSecond` is at least 1.
    explicit TokenBuckets(std::uint32_t perSecond);

    /// Takes a token. Returns nothing if `network` has none left, otherwise how often it was
    /// refused since its last one.
    std::optional<unsigned> take(const std::string& network, Time now);

    /// Returns how many addresses are remembered.
    std::size_t size() const { return buckets_.size(); }

  private:
    struct Bucket {
        Time fullAgain;  ///< the level, stored as the time at which the bucket will be full
        unsigned refused{};
    };

    void forgetTheIdle(Time now);

    const Nanoseconds perToken_;  ///< the time in which a bucket gets a token
    const Nanoseconds emptiest_;  ///< the time in which an empty one fills
    std::map<std::string, Bucket> buckets_;
};

}  // namespace berkeley::node
