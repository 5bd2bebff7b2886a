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
    /// Binds and listens. Throws when the address is unknown, in use, or not allowed. `keys`
    /// outlive this and all its connections; without keys these are open to everyone. The kernel
    /// keeps `unreadBytes` for each peer that does not read, and about as many more to manage them.
    explicit Listener(const Endpoint& endpoint, const KeyRing* keys = nullptr,
                      int unreadBytes = kUnreadBytes);
    ~Listener();

    /// The next connection, before its handshake; nothing after shutdown(). Throws when the machine
    /// has run out of something (descriptors, memory); a later call may succeed. Where it is
    /// descriptors, those that wait have been refused: they are not left to wait for what may never
    /// come.
    std::shared_ptr<Connection> accept();

    /// Wakes the accepting thread.
    void shutdown();

    /// With the port that was chosen where 0 was asked for.
    Endpoint local() const;

    static constexpr int kUnreadBytes = 16 * 1024;

  private:
    struct Socket;

    int refuseWaiting();

    const KeyRing* keys_;
    const std::unique_ptr<Socket> socket_;
    os::Descriptor spare_;  ///< to accept with when there is no other, and to close
    std::atomic<bool> stopping_ = false;
};

}  // namespace berkeley::net
