/// A peer of the master, from its first byte on: who it is, and what it says.
///
/// Thread safety: receive() belongs to the peer's receive thread; the rest may be called from any
/// thread, unless it says otherwise.
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
    /// Called with the name under which the peer is about to join; throws WireError to refuse it.
    using Admit = std::function<void(const std::string& name)>;

    /// The peer has `patience` for the handshake, for its first frame (counted from now), and for
    /// every later frame (counted from its first byte). `interval` is the time from one sync cycle
    /// to the next.
    SlaveSession(std::shared_ptr<net::Connection> connection, const host::SteeredClock& clock,
                 SharedGroup& group, Leadership& leadership, const date::time_zone& zone,
                 FrameDeadline::Patience patience, Nanoseconds interval, Admit admit);

    /// Waits until the peer has proved who it is, if the master has keys. Call it before the first
    /// receive(), on the same thread. Throws WireError if the peer fails to.
    void authenticate();

    /// Waits for bytes and does what they say. Returns false when the connection has ended. Throws
    /// WireError when the peer breaks the protocol.
    bool receive();

    /// Tells a native slave that the master is there. A standby tells it where the active master
    /// is, and ends the connection.
    void greet();

    /// Returns false when the key with which the peer proved who it is has been removed or
    /// replaced.
    bool isKeyCurrent() const { return connection_->isKeyCurrent(); }

    /// Returns the name of the key with which the peer proved who it is; nothing without keys.
    std::optional<std::string> keyName() const { return connection_->keyName(); }

    /// Takes the slave out of the group, and wakes the receive thread.
    void close();

    const net::Endpoint& peer() const { return connection_->peer(); }
    /// Returns null until the peer has joined the group, and the same slave from then on.
    Slave* slave() const { return slave_.load(); }
    /// Returns " (name)" or " (lab)", to follow the peer's address; "" until it has joined.
    std::string label() const;
    /// Returns ", speaks protocol 1.3" if that differs from this master's, else "". Receive thread
    /// only.
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
    std::atomic<bool> sentOn_ = false;    ///< to another master; later messages are ignored
};

}  // namespace berkeley::node
