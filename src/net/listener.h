/// Accepts connections.
///
/// Thread safety: one thread accepts, any thread shuts down. Errors: std::runtime_error in one line
/// that names the address and what to do, where a function says that it throws.
#pragma once

#include <atomic>
#include <memory>

#include "net/connection.h"
#include "net/endpoint.h"
#include "net/key_ring.h"
#include "os/descriptor.h"

namespace berkeley::net {

class Listener {
  public:
    /// Binds and listens. Throws when the address is unknown, in use, or not allowed. `keys` must
    /// outlive this and all its connections; without keys, any peer may connect. For each peer that
    /// does not read, the kernel keeps `unreadBytes`, and about as many again to manage them.
    explicit Listener(const Endpoint& endpoint, const KeyRing* keys = nullptr,
                      int unreadBytes = kUnreadBytes);
    ~Listener();

    /// Returns the next connection, before its handshake; nothing after shutdown(). Throws when the
    /// machine has run out of a resource (descriptors, memory); a later call may succeed. If it is
    /// out of descriptors, the waiting connections have been refused, so that they do not wait for
    /// what may never come.
    std::shared_ptr<Connection> accept();

    /// Wakes the accepting thread.
    void shutdown();

    /// Returns the address with the port, which the system has chosen if 0 was asked for.
    Endpoint local() const;

    static constexpr int kUnreadBytes = 16 * 1024;

  private:
    struct Socket;

    int refuseWaiting();

    const KeyRing* keys_;
    const std::unique_ptr<Socket> socket_;
    os::Descriptor spare_;  ///< given up to accept and refuse a connection when none is left
    std::atomic<bool> stopping_ = false;
};

}  // namespace berkeley::net
