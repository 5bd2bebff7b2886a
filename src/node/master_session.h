/// One master as a slave sees it: a connection, and what it says over it until that ends. Polls are
/// answered on the spot, and adjustments followed.
///
/// Thread safety: all belongs to the slave's receive thread.
#pragma once

#include <spdlog/logger.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "host/steered_clock.h"
#include "net/connection.h"
#include "node/move_log.h"
#include "node/peer_reader.h"
#include "node/slave_node.h"
#include "wire/messages.h"

namespace berkeley::node {

/// How a connection has ended.
struct Parting {
    std::string reason;
    std::optional<net::Endpoint> active{};  ///< where to go, by the word of a standby
};

class MasterSession {
  public:
    /// Called before every wait for bytes, with how long that may be.
    using Wait = std::function<void(net::Connection::Patience)>;

    /// Everything outlives this. `master` is where the connection leads.
    MasterSession(net::Connection& connection, const net::Endpoint& master,
                  const SlaveConfig& config, const Observers& observers, host::SteeredClock& clock,
                  spdlog::logger& logger, Wait aboutToWait);

    /// Until the connection ends.
    Parting follow();

    /// By a master that leads a group, whatever came of it.
    bool welcomed() const { return welcomed_; }

  private:
    using Steady = std::chrono::steady_clock;

    Parting followNative();
    Parting followLab();

    net::Connection::Patience silenceLeft() const;
    void receiveMessage(const wire::Message& message, HostTime t2);
    void answer(const wire::Poll& poll, HostTime t2);
    void adjust(const sync::Adjustment& adjustment);
    void receiveWelcome(const wire::Welcome& welcome);

    net::Connection& connection_;
    const net::Endpoint master_;
    const SlaveConfig& config_;
    const Observers& observers_;
    host::SteeredClock& clock_;
    spdlog::logger& logger_;
    const Wait aboutToWait_;

    MoveLog moves_;
    PeerReader reader_;
    std::optional<wire::Report> answered_;  ///< the last answer to a poll
    Nanoseconds interval_;                  ///< between two sync cycles, as the master has said
    Nanoseconds silence_;                   ///< for how long the master may be silent
    Steady::time_point heard_;              ///< when it last was not
    sync::Membership membership_;           ///< of whom the adjustments come
    bool welcomed_ = false;
    bool adjusted_ = false;           ///< there was an adjustment already
    std::optional<Parting> parting_;  ///< the last word of a standby
};

}  // namespace berkeley::node
