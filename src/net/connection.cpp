#include "berkeley/net/connection.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <boost/asio/connect.hpp>
#include <cerrno>
#include <stdexcept>
#include <system_error>

#include "timestamping.h"

namespace berkeley {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// A host that has vanished from the network is given up after this long, when frames to it are
/// outstanding and when none are.
constexpr int kVanishedSeconds = 30;
constexpr int kProbeSeconds = 10;
/// The kernel gives up connecting after this many unanswered attempts, which takes about 3 s.
constexpr int kConnectRetries = 1;

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

Connection::Connection(Socket socket)
    : socket_(std::move(socket)),
      peer_(peerOf(socket_)),
      stampsTransmits_(enableTransmitStamps(socket_.native_handle())) {
    tune(socket_);
}

Received Connection::receive(std::span<std::byte> buffer, Patience patience) {
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
    watch_.passed(bytes.size());
    return hasTaken(
        ::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL),
        bytes.size());
}

bool Connection::sendStamped(std::span<const std::byte> bytes) {
    if (!stampsTransmits_) {
        return send(bytes);
    }
    const std::lock_guard guard{sending_};
    watch_.wanted(bytes.size());
    return hasTaken(berkeley::sendStamped(socket_.native_handle(), bytes), bytes.size());
}

bool Connection::hasTaken(ssize_t sent, std::size_t size) {
    if (sent == static_cast<ssize_t>(size)) {
        return true;
    }
    if (sent >= 0 || errno == EAGAIN) {
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

Listener::Listener(boost::asio::io_context& context, const Endpoint& endpoint, int unreadBytes)
    : acceptor_(context), spare_(openSpare()) {
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
    return std::make_shared<Connection>(std::move(socket));
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
        set(socket.native_handle(), IPPROTO_TCP, TCP_SYNCNT, kConnectRetries);
        requestReceiveStamps(socket.native_handle());
        if (!begin(socket)) {
            return nullptr;
        }
        socket.connect(address, error);
        end();
        if (!error && socket.local_endpoint(error) == address) {
            // Nobody listens there: the kernel chose the very port that was asked for and connected
            // the socket to itself.
            error = boost::asio::error::connection_refused;
        }
        if (!error) {
            return std::make_shared<Connection>(std::move(socket));
        }
    }
    throw std::runtime_error("no master at " + toText(endpoint) + " (" + error.message() + ")");
}

bool Connector::begin(Connection::Socket& socket) {
    const std::lock_guard guard{lock_};
    if (cancelled_) {
        return false;
    }
    connecting_ = &socket;
    return true;
}

void Connector::end() {
    const std::lock_guard guard{lock_};
    connecting_ = nullptr;
}

void Connector::cancel() {
    const std::lock_guard guard{lock_};
    cancelled_ = true;
    if (connecting_ != nullptr) {
        ::shutdown(connecting_->native_handle(), SHUT_RDWR);
    }
}

}  // namespace berkeley
