#include "node/token_buckets.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <utility>

namespace berkeley::node {
namespace {

/// A bucket holds what comes in this time.
constexpr int kBurstSeconds = 10;
/// More addresses than a group has; when they are exceeded, all start anew.
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

std::string networkOf(const std::string& host) {
    namespace ip = boost::asio::ip;
    boost::system::error_code error;
    const ip::address address = ip::make_address(host, error);
    if (error || address.is_v4()) {
        return host;
    }
    const ip::address_v6 v6 = address.to_v6();
    if (v6.is_v4_mapped()) {
        return ip::make_address_v4(ip::v4_mapped, v6).to_string();
    }
    return ip::network_v6{v6, 64}.canonical().to_string();
}

}  // namespace berkeley::node
