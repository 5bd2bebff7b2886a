#include "node/token_buckets.h"

#include <algorithm>
#include <utility>

namespace berkeley::node {
namespace {

/// A bucket holds as many tokens as come in this time.
constexpr int kBurstSeconds = 10;
/// More addresses than a group has; beyond that, the idle are forgotten or, if there are none, all.
constexpr std::size_t kAddresses = 4096;

}  // namespace

TokenBuckets::TokenBuckets(std::uint32_t perSecond)
    : perToken_(Nanoseconds{std::chrono::seconds{1}} / perSecond),
      emptiest_(perToken_ * perSecond * kBurstSeconds) {}

std::optional<unsigned> TokenBuckets::take(const std::string& network, Time now) {
    if (buckets_.size() >= kAddresses && !buckets_.contains(network)) {
        forgetTheIdle(now);
    }
    Bucket& bucket = buckets_.try_emplace(network, Bucket{now}).first->second;
    const Time after = std::max(bucket.fullAgain, now) + perToken_;
    if (after > now + emptiest_) {
        ++bucket.refused;
        return std::nullopt;
    }
    bucket.fullAgain = after;
    return std::exchange(bucket.refused, 0);
}

void TokenBuckets::forgetTheIdle(Time now) {
    std::erase_if(buckets_, [now](const auto& entry) { return entry.second.fullAgain <= now; });
    if (buckets_.size() >= kAddresses) {
        buckets_.clear();
    }
}

}  // namespace berkeley::node
