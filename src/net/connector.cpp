#include "net/connector.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>
#include <stdexcept>
#include <string>

#include "timestamping.h"
#include "tls_session.h"
#include "wire/messages.h"

namespace berkeley::net {

using boost::asio::ip::tcp;
using Address = Connection::Protocol::endpoint;
using boost::system::error_code;

std::vector<Address> resolve(boost::asio::io_context& context, const Endpoint& endpoint) {
    error_code error;
    tcp::resolver resolver{context};
    const auto results = resolver.resolve(endpoint.host, std::to_string(endpoint.port),
                                          tcp::resolver::numeric_service, error);
    if (error) {
        throw std::runtime_error("unknown host " + endpoint.host + " (" + error.message() +
                                 "): check the name, or give an address");
    }
    std::vector<Address> addresses;
    for (const auto& result : results) {
        addresses.emplace_back(result.endpoint());
    }
    return addresses;
}

std::shared_ptr<Connection> Connector::connect(const Endpoint& endpoint) {
    error_code error = boost::asio::error::host_not_found;
    for (const Address& address : resolve(context_, endpoint)) {
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
error_code Connector::reach(Connection::Socket& socket, const Address& address) {
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
        // No server listens there: the kernel chose the very port that was asked for and connected
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
    } catch (const wire::WireError& error) {
        problem = error.what();
    }
    end();
    if (!problem.empty()) {
        throw std::runtime_error("the master at " + toText(endpoint) + ": " + problem);
    }
    return connection;
}

bool Connector::begin(Connection::Socket& socket) {
    const os::MutexLock guard{lock_};
    if (cancelled_) {
        return false;
    }
    connecting_ = socket.native_handle();
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
