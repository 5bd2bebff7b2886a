/// Limits on connections, per address and in total.
///
/// A connection is pending until it has said who it is; from then on it is a slave. One connection
/// under the name of each other master takes no slave's place, or a full master would have no
/// standbys. net::networkOf() says what counts as one address. Memory is bounded, however many
/// addresses connect. The caller passes in the time. Thread safety: none. Errors: none; a refusal
/// is a reason in words, for a log line.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/token_buckets.h"

namespace berkeley::node {

/// Each is at least 1.
struct AdmissionLimits {
    std::uint32_t slaves = 10'000;          ///< each costs a thread and some 32 KiB
    std::uint32_t connectsPerSecond = 100;  ///< from one address; bursts of ten times as many
    std::uint32_t pending = 1'000;          ///< in total
    std::uint32_t pendingPerAddress = 250;
};

class Admission {
  public:
    using Time = TokenBuckets::Time;
    using Refusal = std::optional<std::string>;

    /// `masters` are the names of the other masters.
    explicit Admission(const AdmissionLimits& limits, const std::vector<std::string>& masters = {});

    /// Takes in a new connection. Unless refused, it is pending until admitSlave() or
    /// pendingLeft(). If there are other masters, it may be one of them, so it is admitted however
    /// many slaves there are.
    Refusal admit(const std::string& host, Time now);

    /// Turns a pending connection, which has said who it is, into a slave until slaveLeft() with
    /// the same name. If refused, it stays pending.
    Refusal admitSlave(const std::string& host, const std::string& name);

    void pendingLeft(const std::string& host);
    void slaveLeft(const std::string& name);

    /// Returns how many entries are stored; an address has at most two.
    std::size_t addresses() const { return connects_.size() + pendingOf_.size(); }

  private:
    bool isFull() const { return slaves_ >= limits_.slaves; }
    std::string full() const;

    const AdmissionLimits limits_;
    TokenBuckets connects_;
    std::uint32_t slaves_ = 0;                      ///< those that take a place
    std::map<std::string, std::uint32_t> masters_;  ///< connections under the name of each
    std::uint32_t pending_ = 0;
    std::map<std::string, std::uint32_t> pendingOf_;  ///< only addresses that have one
};

}  // namespace berkeley::node
