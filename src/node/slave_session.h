/// A peer of the master, from its first byte on: who it is, and what it says as that.
///
/// Thread safety: receive() belongs to the peer's receive thread, the rest to any thread, unless it
/// says otherwise.
#pragma once

#include <date/tz.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "host/steered_clock.h"
#include "net/connection.h"
#include "node/frame_deadline.h"
#include "node/lab_slave.h"
#include "node/leadership.h"
#include "node/native_slave.h"
#include "node/peer_reader.h"
#include "node/shared_group.h"
#include "node/slave.h"
#include "wire/messages.h"

namespace berkeley::node {

class SlaveSession {
  public:
    /// Told under which name the peer is about to join; throws WireError to refuse it.
    using Admit = std::function<void(const std::string& name)>;

    /// The peer has `patience` for its first frame from now on, for every later one from its first
    /// byte on, and for the handshake. `interval` is from one sync cycle to the next.
    SlaveSession(std::shared_ptr<net::Connection> connection, const host::SteeredClock& clock,
                 SharedGroup& group, Leadership& leadership, const date::time_zone& zone,
                 FrameDeadline::Patience patience, Nanoseconds interval, Admit admit);

    /// Before the first receive(), and on its thread: waits until the peer has proved who it is,
    /// where the master has keys. Throws WireError when it has not.
    void authenticate();

    /// Waits for bytes and does what they say. False when the connection has ended. Throws
    /// WireError when the peer breaks the protocol.
    bool receive();

    /// Tells a native slave that the master is there. When it is a standby, tells where the active
    /// one is, and ends the connection.
    void greet();

    /// False when the key with which the peer has proved who it is has been taken away.
    bool isKeyCurrent() const { return connection_->isKeyCurrent(); }

    /// Of the key with which the peer has proved who it is; nothing without keys.
    std::optional<std::string> keyName() const { return connection_->keyName(); }

    /// Takes the slave out of the group; wakes the receive thread.
    void close();

    const net::Endpoint& peer() const { return connection_->peer(); }
    /// Nothing until the peer has joined the group; the same one from then on.
    Slave* slave() const { return slave_.load(); }
    /// " (name)" or " (lab)" behind the peer's address; "" until it has joined.
    std::string label() const;
    /// ", speaks protocol 1.3" where that is another one than this master's. The receive thread.
    std::string otherVersion() const;

  private:
    using Kind = std::variant<std::monostate, NativeSlave, LabSlave>;

    void receiveLabTime(HostTime told, HostTime arrived);
    void receiveMessage(const wire::Message& message, HostTime arrived);
    void receiveHello(const wire::Hello& hello);
    void receiveAnnouncement(const wire::MasterAnnouncement& announcement);
    void introduce(const sync::Membership& membership);
    void leaveAside(const wire::UnknownMessage& unknown) const;
    void requireKeyOf(const std::string& name) const;
    void join(const wire::Hello& hello);
    void joinLab(const sync::Measurement& measurement);
    void greet(const wire::Message& greeting);

    const std::shared_ptr<net::Connection> connection_;
    const host::SteeredClock& clock_;
    SharedGroup& group_;
    Leadership& leadership_;
    const date::time_zone& zone_;
    const FrameDeadline::Patience patience_;
    const Nanoseconds interval_;
    const Admit admit_;
    PeerReader reader_;
    bool introduced_ = false;  ///< the peer has said who it is
    std::uint8_t minorVersion_ = wire::kMinorVersion;
    Kind kind_;                           ///< what it has joined as
    std::atomic<Slave*> slave_{nullptr};  ///< the same, for all threads
    std::atomic<bool> sentOn_ = false;    ///< to another master; what comes from now on is late
};

}  // namespace berkeley::node
