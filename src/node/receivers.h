/// The peers connected to a master: the accept thread, and a receive thread for each peer.
///
/// Thread safety: start() and stop() belong to one thread; joinFinished() may be called from any
/// thread but a receive thread; the rest from any.
#pragma once

#include <date/tz.h>
#include <spdlog/logger.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "host/steered_clock.h"
#include "net/connection.h"
#include "net/key_ring.h"
#include "net/listener.h"
#include "node/admission.h"
#include "node/leadership.h"
#include "node/master_node.h"
#include "node/peer_log.h"
#include "node/shared_group.h"
#include "node/slave_session.h"
#include "observe/peer_counts.h"
#include "os/mutex.h"

namespace berkeley::node {

class Receivers {
  public:
    /// All references must outlive this.
    Receivers(const MasterConfig& config, const host::SteeredClock& clock, SharedGroup& group,
              Leadership& leadership, std::shared_ptr<spdlog::logger> logger);

    /// Binds, listens and starts the accept thread. Throws std::runtime_error when the address is
    /// not available.
    void start();

    /// Ends all threads and connections; idempotent.
    void stop();

    /// Returns the sessions of the peers that have not left.
    std::vector<std::shared_ptr<SlaveSession>> sessions() const;

    /// Joins the receive threads whose peers have left.
    void joinFinished();

    /// As in MasterNode.
    void replaceKeys(net::Keys keys);
    observe::PeerCounts peerCounts() const;
    net::Endpoint local() const { return listener_->local(); }

  private:
    struct Receiver {
        std::shared_ptr<SlaveSession> session;
        std::thread thread;
        // The lock guards these: clang cannot name the lock of the class around a struct.
        std::optional<std::string> admitted{};  ///< as a slave with this name
        bool finished = false;
        std::optional<sync::TimestampKind> timestamps{};
    };

    void startConnecting();
    void accept(std::shared_ptr<net::Connection> connection);
    void startReceiver(std::shared_ptr<net::Connection> connection);
    void startReceivingClockTime(Receiver& receiver);

    Admission::Refusal admit(const net::Endpoint& peer);
    /// Throws WireError when there are enough slaves already.
    void admitSlave(Receiver& receiver, const std::string& name);
    void closeOthersWithKeyOf(const SlaveSession& session);
    void noteTimestamps(Receiver& receiver);
    void leave(Receiver& receiver);
    /// Records that a peer is sent away for `fault`: writes a line to the log, and counts it in
    /// peerCounts().
    void sendAway(const net::Endpoint& peer, wire::Fault fault, const std::string& text);

    const MasterConfig& config_;
    const host::SteeredClock& clock_;
    SharedGroup& group_;
    Leadership& leadership_;
    std::shared_ptr<spdlog::logger> logger_;
    PeerLog goings_;    ///< peers that come and leave
    PeerLog misdeeds_;  ///< peers that are sent away
    const date::time_zone& zone_;
    std::optional<net::KeyRing> keys_;
    std::unique_ptr<net::Listener> listener_;
    std::thread acceptThread_;
    std::array<std::atomic<std::uint64_t>, wire::kFaults> sentAway_{};
    mutable os::Mutex lock_;
    std::vector<std::unique_ptr<Receiver>> receivers_ GUARDED_BY(lock_);
    Admission admission_ GUARDED_BY(lock_);
};

}  // namespace berkeley::node
