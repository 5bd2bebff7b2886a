#include "berkeley/net/connection.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/connect.hpp>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "berkeley/time/units.h"
#include "berkeley/wire/messages.h"
#include "timestamping.h"
#include "tls_session.h"

namespace berkeley {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using Steady = std::chrono::steady_clock;

/// A host that has vanished from the network is given up after this long, when frames to it are
/// outstanding and when none are.
constexpr int kVanishedSeconds = 30;
constexpr int kProbeSeconds = 10;
/// Room for many records of one frame; longer ones are read in pieces.
using Records = std::array<std::byte, 2048>;

void set(int socket, int level, int option, int value) {
    // An option that this kernel lacks is no reason to do without the connection.
    (void)::setsockopt(socket, level, option, &value, sizeof value);
}

void tune(Connection::Socket& socket) {
    const int handle = socket.native_handle();
    set(handle, IPPROTO_TCP, TCP_NODELAY, 1);
    set(handle, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(handle, IPPROTO_TCP, TCP_KEEPIDLE, kProbeSeconds);
    set(handle, IPPROTO_TCP, TCP_KEEPINTVL, kProbeSeconds / 2);
    set(handle, IPPROTO_TCP, TCP_USER_TIMEOUT, kVanishedSeconds * 1000);
}

Endpoint toEndpoint(const tcp::endpoint& endpoint) {
    return {endpoint.address().to_string(), endpoint.port()};
}

Endpoint peerOf(const Connection::Socket& socket) {
    error_code error;
    // The peer may have reset the connection before it was looked at.
    const tcp::endpoint peer = socket.remote_endpoint(error);
    return error ? Endpoint{"unknown", 0} : toEndpoint(peer);
}

int openSpare() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

constexpr int kForever = -1;

/// Whether somebody waits to be accepted, or does within so many milliseconds.
bool isWaiting(int listener, int patience) {
    pollfd state{.fd = listener, .events = POLLIN, .revents = 0};
    return ::poll(&state, 1, patience) == 1;
}

bool isOutOfDescriptors(const error_code& error) {
    namespace errc = boost::system::errc;
    return error == errc::too_many_files_open || error == errc::too_many_files_open_in_system;
}

std::string remedyFor(const error_code& error) {
    if (error == boost::asio::error::address_in_use) {
        return "stop the program that uses it or choose another --port";
    }
    if (error == boost::asio::error::access_denied) {
        return "choose a --port above 1023";
    }
    return "choose an address of this machine with --listen";
}

}  // namespace

Connection::Connection(Socket socket, std::unique_ptr<TlsSession> tls)
    : socket_(std::move(socket)),
      peer_(peerOf(socket_)),
      stampsTransmits_(enableTransmitStamps(socket_.native_handle())),
      tls_(std::move(tls)) {
    tune(socket_);
}

Connection::~Connection() = default;

/// Takes a step of TLS; what TLS itself has to say to it is sent even when that is a last word.
template <class Step>
auto Connection::withTls(Step step) {
    const std::lock_guard guard{sending_};
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
            left.count() > 0 ? receiveRaw(records, left) : Received{Receipt::timeout, 0, {}};
        if (received.receipt == Receipt::closed) {
            return false;
        }
        if (received.receipt == Receipt::timeout) {
            throw WireError("did not finish the TLS handshake within " + toOptionText(patience),
                            Fault::silence);
        }
        withTls([&](TlsSession& tls) { tls.feed(std::span{records}.first(received.size)); });
    }
    // It may have been taken away between its first use and now.
    if (!isKeyCurrent()) {
        throw WireError("the peer's key is unknown or wrong", Fault::key);
    }
    return true;
}

std::optional<std::string> Connection::keyName() const {
    const std::lock_guard guard{sending_};
    return tls_ ? tls_->peer() : std::nullopt;
}

bool Connection::isKeyCurrent() const {
    const std::lock_guard guard{sending_};
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
                return {tls.ended() ? Receipt::closed : Receipt::timeout, 0, {}};
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
        withTls([&](TlsSession& tls) { tls.feed(std::span{records}.first(received.size)); });
        arrived = tls_->boundaries().fedOneRecord() ? received.arrived : std::nullopt;
    }
}

/// How long to wait for more bytes: until `deadline`, and for the rest of a record that has begun
/// no longer than for a record. Whoever waits for a frame need not know that its record has begun.
Connection::Patience Connection::leftForRecord(Deadline deadline) {
    const Steady::time_point now = Steady::now();
    if (!tls_->boundaries().within()) {
        recordDeadline_.reset();
    } else if (!recordDeadline_) {
        recordDeadline_ = now + recordPatience_;
    } else if (now >= *recordDeadline_) {
        throw WireError(
            "began a TLS record and did not finish it within " + toOptionText(recordPatience_),
            Fault::silence);
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
        size = receiveStamped(socket_.native_handle(), buffer, stamp);
    } while (size < 0 && errno == EINTR);
    if (size < 0 && errno == EAGAIN) {
        return {.receipt = Receipt::timeout, .size = 0, .arrived = {}};
    }
    if (size <= 0) {
        return {.receipt = Receipt::closed, .size = 0, .arrived = {}};
    }
    if (stamp) {
        sawArrival_ = true;
    }
    const auto read = static_cast<std::size_t>(size);
    return {.receipt = Receipt::data,
            .size = read,
            .arrived = read < buffer.size() ? stamp : std::nullopt};
}

/// Not with poll(), which a transmit timestamp would end.
void Connection::setPatience(Patience patience) {
    if (patience == patience_) {
        return;
    }
    const std::chrono::microseconds wait = patience.value_or(std::chrono::milliseconds{0});
    const timeval time{.tv_sec = wait.count() / 1'000'000, .tv_usec = wait.count() % 1'000'000};
    (void)::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &time, sizeof time);
    patience_ = patience;
}

bool Connection::send(std::span<const std::byte> bytes) {
    const std::lock_guard guard{sending_};
    return sendRaw(sealed(bytes), false);
}

bool Connection::sendStamped(std::span<const std::byte> bytes) {
    const std::lock_guard guard{sending_};
    return sendRaw(sealed(bytes), stampsTransmits_);
}

/// Under the lock under which they are sent, so that records leave in their order. Nothing when TLS
/// is over.
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
    const int handle = socket_.native_handle();
    ssize_t sent = 0;
    if (stamped && !bytes.empty()) {
        watch_.wanted(bytes.size());
        sent = berkeley::sendStamped(handle, bytes);
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
    const std::lock_guard guard{sending_};
    while (!watch_.stamp()) {
        const std::optional<TransmitStamp> taken = takeTransmitStamp(socket_.native_handle());
        if (!taken) {
            return std::nullopt;
        }
        watch_.stamped(taken->byte, taken->when);
    }
    sawDeparture_ = true;
    return watch_.stamp();
}

TimestampKind Connection::timestamps() const {
    if (!sawArrival_) {
        return TimestampKind::userSpace;
    }
    return sawDeparture_ ? TimestampKind::kernel : TimestampKind::kernelReceive;
}

void Connection::giveUpAfter(std::chrono::milliseconds patience) {
    set(socket_.native_handle(), IPPROTO_TCP, TCP_USER_TIMEOUT, static_cast<int>(patience.count()));
}

void Connection::shutdown() { ::shutdown(socket_.native_handle(), SHUT_RDWR); }

Nanoseconds Connection::roundTrip() const {
    tcp_info info{};
    socklen_t size = sizeof info;
    (void)::getsockopt(const_cast<Socket&>(socket_).native_handle(), IPPROTO_TCP, TCP_INFO, &info,
                       &size);
    return std::chrono::microseconds{info.tcpi_rtt};
}

std::vector<tcp::endpoint> resolve(boost::asio::io_context& context, const Endpoint& endpoint) {
    error_code error;
    tcp::resolver resolver{context};
    const auto results = resolver.resolve(endpoint.host, std::to_string(endpoint.port),
                                          tcp::resolver::numeric_service, error);
    if (error) {
        throw std::runtime_error("unknown host " + endpoint.host + " (" + error.message() +
                                 "): check the name, or give an address");
    }
    std::vector<tcp::endpoint> endpoints;
    for (const auto& result : results) {
        endpoints.push_back(result.endpoint());
    }
    return endpoints;
}

Listener::Listener(boost::asio::io_context& context, const Endpoint& endpoint, const KeyRing* keys,
                   int unreadBytes)
    : keys_(keys), acceptor_(context), spare_(openSpare()) {
    const tcp::endpoint address = resolve(context, endpoint).front();
    try {
        acceptor_.open(address.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        acceptor_.bind(address);
        requestReceiveStamps(acceptor_.native_handle());
        // Accepted sockets inherit it, and the kernel no longer lets it grow.
        set(acceptor_.native_handle(), SOL_SOCKET, SO_SNDBUF, unreadBytes);
        acceptor_.listen(boost::asio::socket_base::max_listen_connections);
    } catch (const boost::system::system_error& error) {
        throw std::runtime_error("cannot listen on " + toText(endpoint) + " (" +
                                 error.code().message() + "): " + remedyFor(error.code()));
    }
}

std::shared_ptr<Connection> Listener::accept() {
    Connection::Socket socket{acceptor_.get_executor()};
    error_code error;
    acceptor_.accept(socket, error);
    while (isOutOfDescriptors(error) && !stopping_) {
        if (isWaiting(acceptor_.native_handle(), 0)) {
            throw std::runtime_error("refused " + std::to_string(refuseWaiting()) +
                                     " connections: " + error.message() + " (ulimit -n)");
        }
        // The kernel wants a descriptor before there is somebody to accept. Until then there may be
        // one again.
        (void)isWaiting(acceptor_.native_handle(), kForever);
        acceptor_.accept(socket, error);
    }
    if (stopping_) {
        return nullptr;
    }
    if (error) {
        throw std::runtime_error("cannot accept a connection: " + error.message());
    }
    return std::make_shared<Connection>(std::move(socket),
                                        keys_ ? std::make_unique<TlsSession>(*keys_) : nullptr);
}

/// How many; none if somebody else on this machine was quicker to take the spare descriptor. No
/// more than the kernel lets wait at once, so that whoever keeps coming does not keep this thread.
int Listener::refuseWaiting() {
    const int listener = acceptor_.native_handle();
    int refused = 0;
    while (refused < boost::asio::socket_base::max_listen_connections && isWaiting(listener, 0)) {
        ::close(spare_);
        const int connection = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
        ::close(connection);
        spare_ = openSpare();
        if (connection < 0) {
            break;
        }
        ++refused;
    }
    return refused;
}

Listener::~Listener() { ::close(spare_); }

void Listener::shutdown() {
    stopping_ = true;
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
}

Endpoint Listener::local() const { return toEndpoint(acceptor_.local_endpoint()); }

std::shared_ptr<Connection> Connector::connect(const Endpoint& endpoint) {
    error_code error = boost::asio::error::host_not_found;
    for (const tcp::endpoint& address : resolve(context_, endpoint)) {
        Connection::Socket socket{context_, address.protocol()};
        requestReceiveStamps(socket.native_handle());
        if (!begin(socket)) {
            return nullptr;
        }
        error = reach(socket, address);
        if (!error) {
            return shakeHands(std::move(socket), endpoint);
        }
        end();
    }
    throw std::runtime_error("no master at " + toText(endpoint) + " (" + error.message() + ")");
}

/// Not with Asio, which would wait for as long as the kernel tries.
error_code Connector::reach(Connection::Socket& socket, const tcp::endpoint& address) {
    const int handle = socket.native_handle();
    const timeval longest{.tv_sec = patience_.count() / 1000,
                          .tv_usec = patience_.count() % 1000 * 1000};
    (void)::setsockopt(handle, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof longest);
    if (::connect(handle, address.data(), static_cast<socklen_t>(address.size())) != 0) {
        return errno == EINPROGRESS ? boost::asio::error::timed_out
                                    : error_code{errno, boost::system::system_category()};
    }
    error_code error;
    if (socket.local_endpoint(error) == address) {
        // Nobody listens there: the kernel chose the very port that was asked for and connected
        // the socket to itself.
        error = boost::asio::error::connection_refused;
    }
    return error;
}

/// Ends what begin() began before the socket is closed.
std::shared_ptr<Connection> Connector::shakeHands(Connection::Socket socket,
                                                  const Endpoint& endpoint) {
    auto connection = std::make_shared<Connection>(
        std::move(socket), key_ ? std::make_unique<TlsSession>(*key_) : nullptr);
    std::string problem;
    try {
        if (!connection->handshake(patience_)) {
            problem = "has closed the connection during the TLS handshake; has it a --key-file?";
        }
    } catch (const WireError& error) {
        problem = error.what();
    }
    end();
    if (!problem.empty()) {
        throw std::runtime_error("the master at " + toText(endpoint) + ": " + problem);
    }
    return connection;
}

bool Connector::begin(Connection::Socket& socket) {
    const std::lock_guard guard{lock_};
    if (cancelled_) {
        return false;
    }
    connecting_ = socket.native_handle();
    return true;
}

void Connector::end() {
    const std::lock_guard guard{lock_};
    connecting_.reset();
}

void Connector::cancel() {
    const std::lock_guard guard{lock_};
    cancelled_ = true;
    if (connecting_) {
        ::shutdown(*connecting_, SHUT_RDWR);
    }
}

}  // namespace berkeley
