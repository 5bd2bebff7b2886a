/// One master as a slave sees it: a connection, and what the master says over it until it ends.
/// Polls are answered at once, and adjustments followed.
///
/// Thread safety: the slave's receive thread only.
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

/// How a connection ended.
struct Parting {
    std::string reason;  ///< follows the address in the log, such as " has closed the connection"
    std::optional<net::Endpoint> active{};  ///< where to go, as told by a standby
};

class MasterSession {
  public:
    /// Called before every wait for bytes, with the longest that it may take.
    using Wait = std::function<void(net::Connection::Patience)>;

    /// All references but `master`, the other end of the connection, must outlive this.
    MasterSession(net::Connection& connection, const net::Endpoint& master,
                  const SlaveConfig& config, const Observers& observers, host::SteeredClock& clock,
                  spdlog::logger& logger, Wait aboutToWait);

    /// Serves the connection until it ends, and returns how it ended.
    Parting follow();

    /// Returns whether a master that leads a group has welcomed this slave, whatever happened
    /// since.
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
    Nanoseconds interval_;                  ///< between two sync cycles, as told by the master
    Nanoseconds silence_;                   ///< how long the master may be silent
    Steady::time_point heard_;              ///< when it was last heard
    sync::Membership membership_;           ///< group and term of the adjustments
    bool welcomed_ = false;
    bool adjusted_ = false;           ///< there has been an adjustment
    std::optional<Parting> parting_;  ///< set by a standby's redirect
};

}  // namespace berkeley::node
