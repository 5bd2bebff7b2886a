/// Limits on connections, for each address and for all together.
///
/// A connection is pending until it has said who it is, and a slave from then on. Another master of
/// the group takes no slave's place, or a master that is full would be without standbys; but no
/// more than one connection with each master's name does not. What counts as one address says
/// net::networkOf(). Memory is bounded whatever number of addresses comes. Time is
/// handed in. Thread safety: none. Errors: none; a refusal is a reason in words for a log line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/token_buckets.h"

namespace berkeley::node {

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

    /// `masters` are the names of the other ones.
    explicit Admission(const AdmissionLimits& limits, const std::vector<std::string>& masters = {});

    /// A connection has come. Unless it is refused it is pending, until admitSlave() or
    /// pendingLeft(). Where there are other masters it may be one of them, however many slaves
    /// there are.
    Refusal admit(const std::string& host, Time now);

    /// A pending connection has said who it is. Unless it is refused it is a slave, until
    /// slaveLeft() with the same name.
    Refusal admitSlave(const std::string& host, const std::string& name);

    void pendingLeft(const std::string& host);
    void slaveLeft(const std::string& name);

    /// Of how many addresses anything is remembered.
    std::size_t addresses() const { return connects_.size() + pendingOf_.size(); }

  private:
    bool isFull() const { return slaves_ >= limits_.slaves; }
    std::string full() const;

    const AdmissionLimits limits_;
    TokenBuckets connects_;
    std::uint32_t slaves_ = 0;                      ///< that take a place
    std::map<std::string, std::uint32_t> masters_;  ///< connections with the name of each
    std::uint32_t pending_ = 0;
    std::map<std::string, std::uint32_t> pendingOf_;  ///< no address without one
};

}  // namespace berkeley::node
