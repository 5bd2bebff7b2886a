#include "berkeley/net/connection.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <cerrno>
#include <stdexcept>
#include <system_error>

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

Connection::Connection(Socket socket) : socket_(std::move(socket)), peer_(peerOf(socket_)) {
    tune(socket_);
}

Receipt Connection::receive(std::span<std::byte> buffer, std::size_t& size,
                            std::optional<std::chrono::milliseconds> patience) {
    if (patience) {
        pollfd waiting{socket_.native_handle(), POLLIN, 0};
        if (::poll(&waiting, 1, static_cast<int>(patience->count())) == 0) {
            return Receipt::timeout;
        }
    }
    error_code error;
    size = socket_.receive(boost::asio::buffer(buffer.data(), buffer.size()), 0, error);
    return error || size == 0 ? Receipt::closed : Receipt::data;
}

bool Connection::send(std::span<const std::byte> bytes) {
    const std::lock_guard guard{sending_};
    const ssize_t sent = ::send(socket_.native_handle(), bytes.data(), bytes.size(),
                                MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent == static_cast<ssize_t>(bytes.size())) {
        return true;
    }
    shutdown();
    return false;
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
    const auto results =
        resolver.resolve(endpoint.host, std::to_string(endpoint.port),
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

Listener::Listener(boost::asio::io_context& context, const Endpoint& endpoint)
    : acceptor_(context) {
    const tcp::endpoint address = resolve(context, endpoint).front();
    try {
        acceptor_.open(address.protocol());
        acceptor_.set_option(tcp::acceptor::reuse_address(true));
        acceptor_.bind(address);
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
    if (stopping_) {
        return nullptr;
    }
    if (error) {
        throw std::runtime_error("cannot accept a connection: " + error.message());
    }
    return std::make_shared<Connection>(std::move(socket));
}

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
    connecting_ = &socket;
    return !cancelled_;
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
