/// One connection's TLS 1.3 with a pre-shared key, over bytes in memory: no socket, no waiting.
///
/// What the peer's bytes make necessary to say (the handshake, an alert) lies in the output, also
/// when a function has thrown. Thread safety: none. Errors: WireError, after which the session is
/// over; nothing is read from a record that is not authentic.
#pragma once

#include <openssl/ssl.h>

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "net/key_ring.h"

namespace berkeley::net {

class TlsSession {
  public:
    /// The master's side: the peer is the one whose key it has. `keys` outlives this.
    explicit TlsSession(const KeyRing& keys);
    /// The slave's side.
    explicit TlsSession(NamedKey self);
    // OpenSSL's callbacks know where it is.
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    /// Takes what the peer has sent.
    void feed(std::span<const std::byte> records);

    /// As far as it goes with what was fed; true once both sides have proved that they have the
    /// key. Nothing is read or written before.
    bool handshake();

    /// What the peer says, as much as was fed and `buffer` holds, from one record at most; 0 when
    /// more has to be fed.
    std::size_t read(std::span<std::byte> buffer);
    /// Whether the last read() took the rest of its record.
    bool hasReadAll() const { return SSL_pending(ssl_.get()) == 0; }
    /// The peer has said that nothing will follow.
    bool ended() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

    /// Puts a record, or several if that must be, into the output. False when the session is over.
    bool write(std::span<const std::byte> bytes);

    /// What is to be sent, which is given once.
    std::vector<std::byte> takeOutput();

    /// The name that belongs to the peer's key. Nothing before the handshake is over, and nothing
    /// on the slave's side.
    std::optional<std::string> peer() const;
    /// False when the master has another key of the peer's by now, or none.
    bool isCurrent() const;

  private:
    struct Free {
        void operator()(SSL* ssl) const { SSL_free(ssl); }
    };

    explicit TlsSession(SSL_CTX& context);

    static int findSession(SSL* ssl, const unsigned char* name, std::size_t size,
                           SSL_SESSION** session);
    static int useSession(SSL* ssl, const EVP_MD* digest, const unsigned char** name,
                          std::size_t* size, SSL_SESSION** session);
    /// What all sessions of a side have in common.
    static SSL_CTX& masterContext();
    static SSL_CTX& slaveContext();

    bool isMaster() const { return keys_ != nullptr; }
    void refuseStranger(std::byte first);
    [[noreturn]] void failHandshake();

    std::unique_ptr<SSL, Free> ssl_;
    BIO* in_;   ///< the session's own
    BIO* out_;  ///< the session's own
    const KeyRing* keys_ = nullptr;
    NamedKey peer_;             ///< on the master's side: what the peer claims, and has to prove
    NamedKey self_;             ///< on the slave's side
    bool fed_ = false;          ///< there was a first byte
    bool established_ = false;  ///< the handshake is over
};

}  // namespace berkeley::net
