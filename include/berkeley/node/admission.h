/// Who may connect: limits that one address, or all together, cannot exceed.
///
/// A connection is pending until it has said who it is, and a slave from then on. An address is an
/// IPv4 address or the first half of an IPv6 address, as a network has all of the other half to
/// itself; see networkOf(). Memory is bounded whatever number of addresses comes. Time is handed
/// in. Thread safety: none. Errors: none; a refusal is a reason in words for a log line.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

#include "berkeley/time/timeline.h"

namespace berkeley {

/// Each at least 1.
struct AdmissionLimits {
    std::uint32_t slaves = 10'000;          ///< each costs a thread and some 32 KiB
    std::uint32_t connectsPerSecond = 100;  ///< of one address; ten times as many at once
    std::uint32_t pending = 1'000;          ///< in all
    std::uint32_t pendingPerAddress = 250;
};

class Admission {
  public:
    using Time = std::chrono::steady_clock::time_point;
    using Refusal = std::optional<std::string>;

    explicit Admission(const AdmissionLimits& limits);

    /// A connection has come. Unless it is refused it is pending, until admitSlave() or
    /// pendingLeft().
    Refusal admit(const std::string& host, Time now);

    /// A pending connection has said who it is. Unless it is refused it is a slave, until
    /// slaveLeft().
    Refusal admitSlave(const std::string& host);

    void pendingLeft(const std::string& host);
    void slaveLeft() { --slaves_; }

    /// Of how many addresses anything is remembered.
    std::size_t addresses() const { return fullAgain_.size() + pendingOf_.size(); }

  private:
    bool takeToken(const std::string& network, Time now);
    void forgetTheIdle(Time now);

    const AdmissionLimits limits_;
    const Nanoseconds perToken_;  ///< the time in which a bucket gets a token
    std::uint32_t slaves_ = 0;
    std::uint32_t pending_ = 0;
    std::map<std::string, std::uint32_t> pendingOf_;  ///< no address without one
    std::map<std::string, Time> fullAgain_;           ///< when each address's bucket will be
};

/// What counts as one address: an IPv4 address, also one that IPv6 wraps; of an IPv6 address the
/// first 64 bits; any other text itself.
std::string networkOf(const std::string& host);

}  // namespace berkeley
