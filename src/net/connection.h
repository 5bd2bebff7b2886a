/// Blocking TCP connections for small frames, with the kernel's timestamps. With keys they speak
/// TLS 1.3, and every frame is a separate record.
///
/// Thread safety: one thread receives, any thread sends or shuts down. Errors: WireError about a
/// peer, where a function says that it throws.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/endpoint.h"
#include "net/transmit_watch.h"
#include "os/descriptor.h"
#include "os/mutex.h"
#include "record_boundaries.h"
#include "sync/timestamp_kind.h"
#include "time/timeline.h"

namespace berkeley::net {

class TlsSession;

enum class Receipt { data, timeout, closed };

/// The result of waiting for bytes.
struct Received {
    Receipt receipt{};
    std::size_t size{};                   ///< of the data
    std::optional<SystemTime> arrived{};  ///< when its last byte did; only where certain
};

class Connection {
  public:
    using Patience = std::optional<std::chrono::milliseconds>;

    /// Takes over a connected socket on which nothing has been sent yet. `tls` is set where it has
    /// keys.
    Connection(os::Descriptor socket, Endpoint peer, std::unique_ptr<TlsSession> tls);
    ~Connection();

    /// Comes before anything else on a connection with keys; does nothing on others. Waits for at
    /// most `patience` in all until both sides have proved that they have the same key. Returns
    /// false when the peer has left meanwhile; throws WireError when the handshake fails. Only for
    /// the receiving thread.
    bool handshake(std::chrono::milliseconds patience = std::chrono::seconds{5});

    /// Waits for bytes, for at most `patience` if that is given. The kernel's timestamp comes with
    /// them unless `buffer` is full, as it may then belong to later bytes. With keys, it comes only
    /// with a whole record that arrived alone; WireError is thrown when the bytes are not what the
    /// peer sent, or when the peer took too long for a record.
    Received receive(std::span<std::byte> buffer, Patience patience);

    /// Sets how long the peer may take for a record, from its first byte to its last. Only for the
    /// receiving thread.
    void setRecordPatience(std::chrono::milliseconds patience) { recordPatience_ = patience; }

    /// Hands the bytes, all or none, to the kernel without waiting. Returns false when the peer is
    /// gone, or has stopped reading for so long that the kernel's buffer is full; the connection is
    /// then shut down.
    bool send(std::span<const std::byte> bytes);

    /// Does the same as send(), and has the kernel record when the bytes leave.
    bool sendStamped(std::span<const std::byte> bytes);

    /// Returns when the bytes of the last sendStamped() left this machine for the first time.
    /// Returns nothing until the kernel has said so, which it may never do. Does not wait.
    std::optional<SystemTime> departed();

    /// Returns which timestamps the kernel has given so far.
    sync::TimestampKind timestamps() const;

    /// Whether it was shut down because the peer had stopped reading.
    bool wasDeaf() const { return wasDeaf_; }

    /// Gives up the peer's machine when what was sent to it has not arrived for `patience`.
    void giveUpAfter(std::chrono::milliseconds patience);

    /// Wakes the receiving thread, which finds the connection closed. Never blocks.
    void shutdown();

    const Endpoint& peer() const { return peer_; }

    /// Returns the name to which the peer's key belongs; only on the master's side of a connection
    /// with keys, after the handshake.
    std::optional<std::string> keyName() const;

    /// Returns false when the key that the peer has proved to have is no longer the one of that
    /// name.
    bool isKeyCurrent() const;

    /// Returns the kernel's smoothed estimate of the round trip (TCP_INFO).
    Nanoseconds roundTrip() const;

  private:
    using Deadline = std::optional<std::chrono::steady_clock::time_point>;

    Received receiveRaw(std::span<std::byte> buffer, Patience patience);
    Received receiveSecret(std::span<std::byte> buffer, Patience patience);
    void feed(std::span<const std::byte> records);
    Patience leftForRecord(Deadline deadline);
    void setPatience(Patience patience);
    std::span<const std::byte> sealed(std::span<const std::byte> bytes) REQUIRES(sending_);
    bool sendRaw(std::span<const std::byte> bytes, bool stamped) REQUIRES(sending_);
    template <class Step>
    auto withTls(Step step);

    const os::Descriptor socket_;
    const Endpoint peer_;
    Patience patience_;  ///< of the socket; only for the receiving thread
    std::chrono::milliseconds recordPatience_{5'000};
    RecordBoundaries boundaries_;  ///< in what came with keys; only for the receiving thread
    Deadline recordDeadline_;      ///< of a record that has begun; only for the receiving thread
    const bool stampsTransmits_;
    std::atomic<bool> sawArrival_ = false, sawDeparture_ = false;
    std::atomic<bool> wasDeaf_ = false;
    mutable os::Mutex sending_;  ///< so that two frames never mix
    TransmitWatch watch_ GUARDED_BY(sending_);
    const std::unique_ptr<TlsSession> tls_ PT_GUARDED_BY(sending_);  ///< only with keys
    std::vector<std::byte> record_ GUARDED_BY(sending_);             ///< the one being sent
};

}  // namespace berkeley::net
