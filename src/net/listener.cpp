#include "net/listener.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

#include "net/connector.h"
#include "socket.h"
#include "timestamping.h"
#include "tls_session.h"

namespace berkeley::net {
namespace {

using boost::system::error_code;

int openSpare() { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }

constexpr int kForever = -1;

/// Whether a connection waits to be accepted, now or within that many milliseconds.
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

Listener::Listener(boost::asio::io_context& context, const Endpoint& endpoint, const KeyRing* keys,
                   int unreadBytes)
    : keys_(keys), acceptor_(context), spare_(openSpare()) {
    const auto address = resolve(context, endpoint).front();
    try {
        acceptor_.open(address.protocol());
        acceptor_.set_option(boost::asio::socket_base::reuse_address(true));
        acceptor_.bind(address);
        requestReceiveStamps(acceptor_.native_handle());
        // Accepted sockets inherit it, and the kernel no longer lets it grow.
        setOption(acceptor_.native_handle(), SOL_SOCKET, SO_SNDBUF, unreadBytes);
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
        // The kernel wants a descriptor before there is a connection to accept. Until then there
        // may be one again.
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

/// How many; none if another process on this machine was quicker to take the spare descriptor. No
/// more than the kernel lets wait at once, so that a peer that keeps coming does not hold up this
/// thread.
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

}  // namespace berkeley::net
