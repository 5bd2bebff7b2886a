/// Who may connect: limits that one address, or all together, cannot exceed.
///
/// A connection is pending until it has said who it is, and a slave from then on. What counts as
/// one address says networkOf(). Memory is bounded whatever number of addresses comes. Time is
/// handed in. Thread safety: none. Errors: none; a refusal is a reason in words for a log line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "berkeley/node/token_buckets.h"

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
    using Time = TokenBuckets::Time;
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
    std::size_t addresses() const { return connects_.size() + pendingOf_.size(); }

  private:
    const AdmissionLimits limits_;
    TokenBuckets connects_;
    std::uint32_t slaves_ = 0;
    std::uint32_t pending_ = 0;
    std::map<std::string, std::uint32_t> pendingOf_;  ///< no address without one
};

}  // namespace berkeley
