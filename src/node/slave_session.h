/// One slave as the master sees it: its connection, its protocol, and the burst under way with it.
///
/// Thread safety: receive() belongs to the slave's receive thread, the rest to any thread.
#pragma once

#include <date/tz.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>

#include "host/stamp_converter.h"
#include "host/steered_clock.h"
#include "net/connection.h"
#include "node/frame_deadline.h"
#include "node/leadership.h"
#include "node/shared_group.h"
#include "os/mutex.h"
#include "sync/burst.h"
#include "wire/lab.h"
#include "wire/native.h"

namespace berkeley::node {

class SlaveSession {
  public:
    /// Told under which name the peer is about to join; throws WireError to refuse it.
    using Admit = std::function<void(const std::string& name)>;

    /// The peer has `patience` for its first frame from now on, for every later one from its first
    /// byte on, and for the handshake.
    SlaveSession(std::shared_ptr<net::Connection> connection, const host::SteeredClock& clock,
                 SharedGroup& group, Leadership& leadership, const date::time_zone& zone,
                 FrameDeadline::Patience patience, Nanoseconds interval, Admit admit);

    /// Before the first receive(), and on its thread: waits until the peer has proved who it is,
    /// where the master has keys. Throws WireError when it has not.
    void authenticate();

    /// Waits for bytes and tells the group what they say. False when the connection has
    /// ended. Throws WireError when the peer breaks the protocol.
    bool receive();

    /// Begins a burst with a native slave; the group waits for its end. Nothing happens while an
    /// earlier poll is still without an answer.
    void beginBurst();

    /// Tells a native slave that the master is there. When it is a standby, tells where the active
    /// one is, and ends the connection.
    void greet();

    /// Sends the adjustment to a native slave, the local time to a lab slave.
    /// std::invalid_argument, with nothing sent, when it is none that any slave would take.
    void tell(const sync::Adjustment& adjustment);

    /// False when the key with which the peer has proved who it is has been taken away.
    bool isKeyCurrent() const { return connection_->isKeyCurrent(); }

    /// Of the key with which the peer has proved who it is; nothing without keys.
    std::optional<std::string> keyName() const { return connection_->keyName(); }

    /// Takes the slave out of the group; wakes the receive thread.
    void close();

    const net::Endpoint& peer() const { return connection_->peer(); }
    /// Nothing until the peer has said who it is.
    std::optional<sync::SlaveId> slave() const;
    /// " (name)" or " (lab)" behind the peer's address; "" until it has said who it is.
    std::string label() const;
    /// ", speaks protocol 1.3" where that is another one than this master's. The receive thread.
    std::string otherVersion() const;
    /// What t1 and t4 come from; nothing until the first burst is over.
    std::optional<sync::TimestampKind> timestamps() const;

  private:
    using Decoder = std::variant<std::monostate, wire::NativeDecoder, wire::LabDecoder>;

    /// How long to wait for the next bytes. Throws when it is too late for them.
    net::Connection::Patience patience() const;
    void receiveNothing();
    void receiveLab(std::span<const std::byte> bytes, HostTime read);
    void chooseProtocol(std::byte first);
    void receiveLabTime(HostTime time, HostTime t4);
    void receiveNative(std::span<const std::byte> bytes, const net::Received& received,
                       HostTime read);
    void receiveMessage(const wire::Message& message, HostTime t4);
    void greet(const wire::Message& greeting);
    void leaveAside(const wire::UnknownMessage& unknown) const;
    void receiveHello(const wire::Hello& hello);
    void receiveAnnouncement(const wire::MasterAnnouncement& announcement);
    bool isLab() const;
    void requireKeyOf(const std::string& name) const;
    void receiveReport(const wire::Report& report, HostTime t4);
    void join(const wire::Hello& hello);
    void introduce(const sync::Membership& membership);
    /// Takes the answer to the poll and sends the burst's next one.
    sync::Burst::Answer takeAnswer(std::uint32_t sequence);
    void sendPoll() REQUIRES(lock_);
    void record(const sync::Measurement& measurement);
    void endBurst();

    std::shared_ptr<net::Connection> connection_;
    const host::SteeredClock& clock_;
    SharedGroup& group_;
    Leadership& leadership_;
    const date::time_zone& zone_;
    const Nanoseconds interval_;  ///< from one sync cycle to the next
    const Admit admit_;
    Decoder decoder_;
    bool introduced_ = false;  ///< the peer has said who it is
    std::uint8_t minorVersion_ = wire::kMinorVersion;
    FrameDeadline deadline_;
    host::StampConverter stamps_;
    std::atomic<bool> sentOn_ = false;  ///< to another master; what comes from now on is late
    sync::Completion completion_;
    sync::Membership told_;  ///< of which group the slave was told it is; the sync thread's

    mutable os::Mutex lock_;
    std::optional<sync::SlaveId> slave_ GUARDED_BY(lock_);
    std::string name_ GUARDED_BY(lock_);
    bool lab_ GUARDED_BY(lock_) = false;
    sync::Burst burst_ GUARDED_BY(lock_);
    bool measured_ GUARDED_BY(lock_) = false;  ///< a burst is over
};

}  // namespace berkeley::node
