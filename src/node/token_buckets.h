/// How often each address may do something: a rate per second, and bursts of ten times that.
///
/// What counts as one address says net::networkOf(). Memory is bounded whatever number of addresses
/// comes. Time is handed in. Thread safety: none.
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

    /// Nothing when `network` has no token left; otherwise how often that was so since it got its
    /// last one.
    std::optional<unsigned> take(const std::string& network, Time now);

    /// Of how many addresses anything is remembered.
    std::size_t size() const { return buckets_.size(); }

  private:
    struct Bucket {
        Time fullAgain;  ///< the level, kept as the time at which it will be full
        unsigned refused{};
    };

    void forgetTheIdle(Time now);

    const Nanoseconds perToken_;  ///< the time in which a bucket gets a token
    const Nanoseconds emptiest_;  ///< the time in which an empty one fills
    std::map<std::string, Bucket> buckets_;
};

}  // namespace berkeley::node
