#include "net/connector.h"

#include <sys/socket.h>

#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "address.h"
#include "os/error.h"
#include "socket.h"
#include "timestamping.h"
#include "tls_session.h"
#include "wire/messages.h"

namespace berkeley::net {
namespace {

using Address = boost::asio::ip::tcp::endpoint;

Address localOf(const os::Descriptor& socket) {
    Address address;
    auto size = static_cast<socklen_t>(address.capacity());
    if (::getsockname(socket.get(), address.data(), &size) == 0) {
        address.resize(size);
    }
    return address;
}

/// Connects without Asio, which would wait for as long as the kernel tries.
std::error_code reach(const os::Descriptor& socket, const Address& address,
                      std::chrono::milliseconds patience) {
    setPatience(socket.get(), SO_SNDTIMEO, patience);
    if (::connect(socket.get(), address.data(), static_cast<socklen_t>(address.size())) != 0) {
        return errno == EINPROGRESS ? std::make_error_code(std::errc::timed_out) : os::lastError();
    }
    // No server listens there if the kernel chose the very port that was asked for and connected
    // the socket to itself.
    return localOf(socket) == address ? std::make_error_code(std::errc::connection_refused)
                                      : std::error_code{};
}

}  // namespace

std::shared_ptr<Connection> Connector::connect(const Endpoint& endpoint) {
    std::error_code error;
    for (const Address& address : resolve(endpoint)) {
        os::Descriptor socket{::socket(address.protocol().family(), SOCK_STREAM | SOCK_CLOEXEC, 0)};
        if (!socket.isOpen()) {
            error = os::lastError();
            continue;
        }
        requestReceiveStamps(socket.get());
        if (!begin(socket)) {
            return nullptr;
        }
        error = reach(socket, address, patience_);
        if (!error) {
            return shakeHands(std::move(socket), toEndpoint(address), endpoint);
        }
        end();
    }
    throw std::runtime_error("no master at " + toText(endpoint) + " (" + error.message() + ")");
}

/// Calls end() before the socket is closed, as cancel() would otherwise shut down a closed one.
std::shared_ptr<Connection> Connector::shakeHands(os::Descriptor socket, Endpoint address,
                                                  const Endpoint& endpoint) {
    auto connection =
        std::make_shared<Connection>(std::move(socket), std::move(address),
                                     key_ ? std::make_unique<TlsSession>(*key_) : nullptr);
    std::string problem;
    try {
        if (!connection->handshake(patience_)) {
            problem =
                "has closed the connection during the TLS handshake; does it have a --key-file?";
        }
    } catch (const wire::WireError& error) {
        problem = error.what();
    }
    end();
    if (!problem.empty()) {
        throw std::runtime_error("the master at " + toText(endpoint) + ": " + problem);
    }
    return connection;
}

bool Connector::begin(const os::Descriptor& socket) {
    const os::MutexLock guard{lock_};
    if (cancelled_) {
        return false;
    }
    connecting_ = socket.get();
    return true;
}

void Connector::end() {
    const os::MutexLock guard{lock_};
    connecting_.reset();
}

void Connector::cancel() {
    const os::MutexLock guard{lock_};
    cancelled_ = true;
    if (connecting_) {
        ::shutdown(*connecting_, SHUT_RDWR);
    }
}

}  // namespace berkeley::net
