/// Connects to a master; another thread can tell it to give up.
///
/// Thread safety: one thread connects, any thread cancels. Errors: std::runtime_error in one line
/// that names the address and what to do, where a function says that it throws.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include "net/connection.h"
#include "net/endpoint.h"
#include "net/key_ring.h"
#include "os/descriptor.h"
#include "os/mutex.h"

namespace berkeley::net {

class Connector {
  public:
    /// With a key, connects only to peers that have the same key. Gives up on a host that does not
    /// answer for `patience`.
    explicit Connector(std::optional<NamedKey> key = std::nullopt,
                       std::chrono::milliseconds patience = kPatience)
        : key_(std::move(key)), patience_(patience) {}

    static constexpr std::chrono::seconds kPatience{3};

    /// Returns a connection after its handshake. Throws when the host is unknown, when none of its
    /// addresses answers, or when the handshake fails; returns nothing, or throws, after cancel().
    std::shared_ptr<Connection> connect(const Endpoint& endpoint);

    /// Ends a connect() in progress, and every later one.
    void cancel();

  private:
    bool begin(const os::Descriptor& socket);
    void end();
    std::shared_ptr<Connection> shakeHands(os::Descriptor socket, Endpoint address,
                                           const Endpoint& endpoint);

    const std::optional<NamedKey> key_;
    const std::chrono::milliseconds patience_;
    os::Mutex lock_;
    std::optional<int> connecting_ GUARDED_BY(lock_);  ///< the socket
    bool cancelled_ GUARDED_BY(lock_) = false;
};

}  // namespace berkeley::net
