/// Makes connections to a master, and can be told from another thread to give up.
///
/// Thread safety: one thread connects, any thread cancels. Errors: std::runtime_error in one line
/// that names the address and what to do, where a function says that it throws.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "net/connection.h"
#include "net/endpoint.h"
#include "net/key_ring.h"
#include "os/mutex.h"

namespace berkeley::net {

/// The addresses of a host. Throws when it is unknown.
std::vector<Connection::Protocol::endpoint> resolve(boost::asio::io_context& context,
                                                    const Endpoint& endpoint);

class Connector {
  public:
    /// `context` outlives this and all its connections. With a key it speaks only with peers
    /// that have the same.
    /// A host that does not answer for `patience` is given up.
    explicit Connector(boost::asio::io_context& context, std::optional<NamedKey> key = std::nullopt,
                       std::chrono::milliseconds patience = kPatience)
        : context_(context), key_(std::move(key)), patience_(patience) {}

    static constexpr std::chrono::seconds kPatience{3};

    /// After the handshake. Throws when the host is unknown, no address of it answers, or the
    /// handshake fails; nothing after cancel().
    std::shared_ptr<Connection> connect(const Endpoint& endpoint);

    /// Ends a connect() under way, and every later one.
    void cancel();

  private:
    bool begin(Connection::Socket& socket);
    void end();
    boost::system::error_code reach(Connection::Socket& socket,
                                    const Connection::Protocol::endpoint& address);
    std::shared_ptr<Connection> shakeHands(Connection::Socket socket, const Endpoint& endpoint);

    boost::asio::io_context& context_;
    const std::optional<NamedKey> key_;
    const std::chrono::milliseconds patience_;
    os::Mutex lock_;
    std::optional<int> connecting_ GUARDED_BY(lock_);  ///< the socket
    bool cancelled_ GUARDED_BY(lock_) = false;
};

}  // namespace berkeley::net
