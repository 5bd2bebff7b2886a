#include "net/connection.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "socket.h"
#include "time/units.h"
#include "timestamping.h"
#include "tls_session.h"
#include "wire/messages.h"

namespace berkeley::net {
namespace {

using Steady = std::chrono::steady_clock;

/// A host that has vanished from the network is given up after this long, whether or not frames to
/// it are outstanding.
constexpr int kVanishedSeconds = 30;
constexpr int kProbeSeconds = 10;
/// Room for many records of one frame each; longer ones are read in pieces.
using Records = std::array<std::byte, 2048>;

void tune(int socket) {
    setOption(socket, SOL_TCP, TCP_NODELAY, 1);
    setOption(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    setOption(socket, SOL_TCP, TCP_KEEPIDLE, kProbeSeconds);
    setOption(socket, SOL_TCP, TCP_KEEPINTVL, kProbeSeconds / 2);
    setOption(socket, SOL_TCP, TCP_USER_TIMEOUT, kVanishedSeconds * 1000);
}

}  // namespace

Connection::Connection(os::Descriptor socket, Endpoint peer, std::unique_ptr<TlsSession> tls)
    : socket_(std::move(socket)),
      peer_(std::move(peer)),
      stampsTransmits_(enableTransmitStamps(socket_.get())),
      tls_(std::move(tls)) {
    tune(socket_.get());
}

Connection::~Connection() = default;

/// Takes a step of TLS and sends what TLS itself then has to say, even when the step throws.
template <class Step>
auto Connection::withTls(Step step) {
    const os::MutexLock guard{sending_};
    struct Flush {
        ~Flush() {
            if (const auto output = connection.tls_->takeOutput(); !output.empty()) {
                (void)connection.sendRaw(output, false);
            }
        }
        Connection& connection;
    } const flush{*this};
    return step(*tls_);
}

bool Connection::handshake(std::chrono::milliseconds patience) {
    if (!tls_) {
        return true;
    }
    const Steady::time_point deadline = Steady::now() + patience;
    Records records;
    while (!withTls([](TlsSession& tls) { return tls.handshake(); })) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Steady::now());
        const Received received =
            left.count() > 0 ? receiveRaw(records, left) : Received{.receipt = Receipt::timeout};
        if (received.receipt == Receipt::closed) {
            return false;
        }
        if (received.receipt == Receipt::timeout) {
            throw wire::WireError(
                "did not finish the TLS handshake within " + toOptionText(patience),
                wire::Fault::silence);
        }
        feed(std::span{records}.first(received.size));
    }
    // The key may have been withdrawn between its first use and now.
    if (!isKeyCurrent()) {
        throw wire::WireError("the peer's key is unknown or wrong", wire::Fault::key);
    }
    return true;
}

std::optional<std::string> Connection::keyName() const {
    const os::MutexLock guard{sending_};
    return tls_ ? tls_->peer() : std::nullopt;
}

bool Connection::isKeyCurrent() const {
    const os::MutexLock guard{sending_};
    return !tls_ || tls_->isCurrent();
}

Received Connection::receive(std::span<std::byte> buffer, Patience patience) {
    return tls_ ? receiveSecret(buffer, patience) : receiveRaw(buffer, patience);
}

Received Connection::receiveSecret(std::span<std::byte> buffer, Patience patience) {
    const Deadline deadline = patience ? Deadline{Steady::now() + *patience} : std::nullopt;
    std::optional<SystemTime> arrived;
    Records records;
    while (true) {
        const Received opened = withTls([&](TlsSession& tls) -> Received {
            const std::size_t size = tls.read(buffer);
            if (size == 0) {
                return {.receipt = tls.ended() ? Receipt::closed : Receipt::timeout};
            }
            return {Receipt::data, size, tls.hasReadAll() ? arrived : std::nullopt};
        });
        if (opened.receipt != Receipt::timeout) {
            recordDeadline_.reset();
            return opened;
        }
        const Patience left = leftForRecord(deadline);
        if (left == std::chrono::milliseconds::zero()) {
            return opened;
        }
        const Received received = receiveRaw(records, left);
        if (received.receipt == Receipt::closed) {
            return received;
        }
        if (received.receipt == Receipt::timeout) {
            continue;
        }
        feed(std::span{records}.first(received.size));
        arrived = boundaries_.fedOneRecord() ? received.arrived : std::nullopt;
    }
}

void Connection::feed(std::span<const std::byte> records) {
    withTls([&](TlsSession& tls) { tls.feed(records); });
    boundaries_.feed(records);
}

/// Returns how long to wait for more bytes: until `deadline`, and for the rest of a record that has
/// begun, at most until the record's own deadline. A caller that waits for a frame need not know
/// that its record has begun.
Connection::Patience Connection::leftForRecord(Deadline deadline) {
    const Steady::time_point now = Steady::now();
    if (!boundaries_.within()) {
        recordDeadline_.reset();
    } else if (!recordDeadline_) {
        recordDeadline_ = now + recordPatience_;
    } else if (now >= *recordDeadline_) {
        throw wire::WireError(
            "began a TLS record and did not finish it within " + toOptionText(recordPatience_),
            wire::Fault::silence);
    }
    if (recordDeadline_) {
        deadline = std::min(deadline.value_or(*recordDeadline_), *recordDeadline_);
    }
    if (!deadline) {
        return std::nullopt;
    }
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(*deadline - now),
                    std::chrono::milliseconds::zero());
}

Received Connection::receiveRaw(std::span<std::byte> buffer, Patience patience) {
    setPatience(patience);
    std::optional<SystemTime> stamp;
    ssize_t size = 0;
    do {
        size = receiveStamped(socket_.get(), buffer, stamp);
    } while (size < 0 && errno == EINTR);
    if (size < 0 && errno == EAGAIN) {
        return {.receipt = Receipt::timeout};
    }
    if (size <= 0) {
        return {.receipt = Receipt::closed};
    }
    if (stamp) {
        sawArrival_ = true;
    }
    const auto read = static_cast<std::size_t>(size);
    return {.receipt = Receipt::data,
            .size = read,
            .arrived = read < buffer.size() ? stamp : std::nullopt};
}

/// Uses a socket option and not poll(), which a transmit timestamp would end.
void Connection::setPatience(Patience patience) {
    if (patience == patience_) {
        return;
    }
    net::setPatience(socket_.get(), SO_RCVTIMEO, patience.value_or(std::chrono::milliseconds{0}));
    patience_ = patience;
}

bool Connection::send(std::span<const std::byte> bytes) {
    const os::MutexLock guard{sending_};
    return sendRaw(sealed(bytes), false);
}

bool Connection::sendStamped(std::span<const std::byte> bytes) {
    const os::MutexLock guard{sending_};
    return sendRaw(sealed(bytes), stampsTransmits_);
}

/// Returns the bytes as they are sent: with keys, as TLS records. They are made under the lock
/// under which they are sent, so that records leave in order. Returns nothing when TLS is over.
std::span<const std::byte> Connection::sealed(std::span<const std::byte> bytes) {
    if (!tls_) {
        return bytes;
    }
    record_.clear();
    if (tls_->write(bytes)) {
        record_ = tls_->takeOutput();
    }
    return record_;
}

bool Connection::sendRaw(std::span<const std::byte> bytes, bool stamped) {
    const int handle = socket_.get();
    ssize_t sent = 0;
    if (stamped && !bytes.empty()) {
        watch_.wanted(bytes.size());
        sent = net::sendStamped(handle, bytes);
    } else {
        watch_.passed(bytes.size());
        sent = ::send(handle, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
    if (!bytes.empty() && sent == static_cast<ssize_t>(bytes.size())) {
        return true;
    }
    if (!bytes.empty() && (sent >= 0 || errno == EAGAIN)) {
        wasDeaf_ = true;
    }
    shutdown();
    return false;
}

std::optional<SystemTime> Connection::departed() {
    if (!stampsTransmits_) {
        return std::nullopt;
    }
    const os::MutexLock guard{sending_};
    while (!watch_.stamp()) {
        const std::optional<TransmitStamp> taken = takeTransmitStamp(socket_.get());
        if (!taken) {
            return std::nullopt;
        }
        watch_.stamped(taken->byte, taken->when);
    }
    sawDeparture_ = true;
    return watch_.stamp();
}

sync::TimestampKind Connection::timestamps() const {
    if (!sawArrival_) {
        return sync::TimestampKind::userSpace;
    }
    return sawDeparture_ ? sync::TimestampKind::kernel : sync::TimestampKind::kernelReceive;
}

void Connection::giveUpAfter(std::chrono::milliseconds patience) {
    setOption(socket_.get(), SOL_TCP, TCP_USER_TIMEOUT, static_cast<int>(patience.count()));
}

void Connection::shutdown() { ::shutdown(socket_.get(), SHUT_RDWR); }

Nanoseconds Connection::roundTrip() const {
    tcp_info info{};
    socklen_t size = sizeof info;
    (void)::getsockopt(socket_.get(), SOL_TCP, TCP_INFO, &info, &size);
    return std::chrono::microseconds{info.tcpi_rtt};
}

}  // namespace berkeley::net
