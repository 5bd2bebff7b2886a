#include "berkeley/node/admission.h"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>

namespace berkeley {
namespace {

/// A bucket holds what comes in this time.
constexpr int kBurstSeconds = 10;
/// More addresses than a group has; when they are exceeded, all start anew.
constexpr std::size_t kAddresses = 4096;

}  // namespace

Admission::Admission(const AdmissionLimits& limits)
    : limits_(limits), perToken_(Nanoseconds{std::chrono::seconds{1}} / limits.connectsPerSecond) {}

Admission::Refusal Admission::admit(const std::string& host, Time now) {
    const std::string network = networkOf(host);
    if (!takeToken(network, now)) {
        return "its address connects more than " + std::to_string(limits_.connectsPerSecond) +
               " times a second (--max-connects)";
    }
    if (slaves_ >= limits_.slaves) {
        return "there are " + std::to_string(slaves_) + " slaves already (--max-slaves)";
    }
    if (pending_ >= limits_.pending) {
        return std::to_string(pending_) +
               " connections have not said yet who they are (--max-pending)";
    }
    const auto found = pendingOf_.find(network);
    if (found != pendingOf_.end() && found->second >= limits_.pendingPerAddress) {
        return std::to_string(found->second) +
               " connections from its address have not said yet who they are "
               "(--max-pending-per-address)";
    }
    ++pending_;
    ++pendingOf_[network];
    return std::nullopt;
}

Admission::Refusal Admission::admitSlave(const std::string& host) {
    // Meanwhile others may have been quicker.
    if (slaves_ >= limits_.slaves) {
        return "there are " + std::to_string(slaves_) + " slaves already (--max-slaves)";
    }
    pendingLeft(host);
    ++slaves_;
    return std::nullopt;
}

void Admission::pendingLeft(const std::string& host) {
    --pending_;
    const auto found = pendingOf_.find(networkOf(host));
    if (--found->second == 0) {
        pendingOf_.erase(found);
    }
}

/// A token bucket whose level is kept as the time at which it will be full again.
bool Admission::takeToken(const std::string& network, Time now) {
    if (fullAgain_.size() >= kAddresses && !fullAgain_.contains(network)) {
        forgetTheIdle(now);
    }
    Time& full = fullAgain_.try_emplace(network, now).first->second;
    const Time after = std::max(full, now) + perToken_;
    if (after > now + perToken_ * limits_.connectsPerSecond * kBurstSeconds) {
        return false;
    }
    full = after;
    return true;
}

void Admission::forgetTheIdle(Time now) {
    std::erase_if(fullAgain_, [now](const auto& bucket) { return bucket.second <= now; });
    if (fullAgain_.size() >= kAddresses) {
        fullAgain_.clear();
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

}  // namespace berkeley
