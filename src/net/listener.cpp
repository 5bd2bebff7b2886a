#include "net/listener.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <stdexcept>
#include <string>

#include "address.h"
#include "os/error.h"
#include "socket.h"
#include "timestamping.h"
#include "tls_session.h"

namespace berkeley::net {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

os::Descriptor openSpare() { return os::Descriptor{::open("/dev/null", O_RDONLY | O_CLOEXEC)}; }

constexpr int kForever = -1;

/// Whether a connection waits to be accepted, now or within `patience` milliseconds.
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

struct Listener::Socket {
    boost::asio::io_context context;
    tcp::acceptor acceptor{context};
};

Listener::Listener(const Endpoint& endpoint, const KeyRing* keys, int unreadBytes)
    : keys_(keys), socket_(std::make_unique<Socket>()), spare_(openSpare()) {
    const tcp::endpoint address = resolve(endpoint).front();
    tcp::acceptor& acceptor = socket_->acceptor;
    try {
        acceptor.open(address.protocol());
        acceptor.set_option(boost::asio::socket_base::reuse_address(true));
        acceptor.bind(address);
        requestReceiveStamps(acceptor.native_handle());
        // Accepted sockets inherit the size, and the kernel no longer lets it grow.
        setOption(acceptor.native_handle(), SOL_SOCKET, SO_SNDBUF, unreadBytes);
        acceptor.listen(boost::asio::socket_base::max_listen_connections);
    } catch (const boost::system::system_error& error) {
        throw os::systemError("cannot listen on " + toText(endpoint), remedyFor(error.code()),
                              error.code());
    }
}

Listener::~Listener() = default;

std::shared_ptr<Connection> Listener::accept() {
    tcp::acceptor& acceptor = socket_->acceptor;
    tcp::socket socket{socket_->context};
    tcp::endpoint peer;
    error_code error;
    acceptor.accept(socket, peer, error);
    while (isOutOfDescriptors(error) && !stopping_) {
        if (isWaiting(acceptor.native_handle(), 0)) {
            throw std::runtime_error("refused " + std::to_string(refuseWaiting()) +
                                     " connections: " + error.message() + " (ulimit -n)");
        }
        // The kernel needs a descriptor before there is a connection to accept. By the time one
        // arrives, a descriptor may be free again.
        (void)isWaiting(acceptor.native_handle(), kForever);
        acceptor.accept(socket, peer, error);
    }
    if (stopping_) {
        return nullptr;
    }
    if (error) {
        throw std::runtime_error("cannot accept a connection: " + error.message());
    }
    return std::make_shared<Connection>(os::Descriptor{socket.release()}, toEndpoint(peer),
                                        keys_ ? std::make_unique<TlsSession>(*keys_) : nullptr);
}

/// Refuses the connections that wait, and returns how many: none if another process on this machine
/// was quicker to take the spare descriptor. Refuses at most as many as the kernel lets wait at
/// once, so that a peer that keeps coming does not hold up this thread.
int Listener::refuseWaiting() {
    const int listener = socket_->acceptor.native_handle();
    int refused = 0;
    while (refused < boost::asio::socket_base::max_listen_connections && isWaiting(listener, 0)) {
        spare_.close();
        const bool accepted =
            os::Descriptor{::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC)}.isOpen();
        spare_ = openSpare();
        if (!accepted) {
            break;
        }
        ++refused;
    }
    return refused;
}

void Listener::shutdown() {
    stopping_ = true;
    ::shutdown(socket_->acceptor.native_handle(), SHUT_RDWR);
}

Endpoint Listener::local() const { return toEndpoint(socket_->acceptor.local_endpoint()); }

}  // namespace berkeley::net
