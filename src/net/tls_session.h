/// One connection's TLS 1.3 with a pre-shared key, over bytes in memory: no socket, no waiting.
///
/// The output holds the reply that the peer's bytes require (the handshake, an alert), even when a
/// function has thrown. Thread safety: none. Errors: WireError, after which the session is over;
/// nothing is read from a record that is not authentic.
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
    /// The master's side: the peer is identified by the key that it has. `keys` must outlive this.
    explicit TlsSession(const KeyRing& keys);
    /// The slave's side.
    explicit TlsSession(NamedKey self);
    // OpenSSL's callbacks hold its address.
    TlsSession(const TlsSession&) = delete;
    TlsSession& operator=(const TlsSession&) = delete;

    /// Takes what the peer has sent.
    void feed(std::span<const std::byte> records);

    /// Proceeds as far as the bytes that were fed allow; returns true once both sides have proved
    /// that they have the key. Nothing is read or written before that.
    bool handshake();

    /// Reads what the peer has sent, as much as was fed and `buffer` holds, from at most one
    /// record; returns 0 when more has to be fed.
    std::size_t read(std::span<std::byte> buffer);
    /// Whether the last read() took the rest of its record.
    bool hasReadAll() const { return SSL_pending(ssl_.get()) == 0; }
    /// Whether the peer has said that nothing will follow.
    bool ended() const { return (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) != 0; }

    /// Puts the bytes into the output as one record, or as several if they do not fit. Returns
    /// false when the session is over.
    bool write(std::span<const std::byte> bytes);

    /// Returns what is to be sent, and returns it only once.
    std::vector<std::byte> takeOutput();

    /// Returns the name that belongs to the peer's key; nothing before the handshake is over, and
    /// nothing on the slave's side.
    std::optional<std::string> peer() const;
    /// Returns false when the master now has a different key for the peer, or none.
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
    /// Shared by all sessions of a side.
    static SSL_CTX& masterContext();
    static SSL_CTX& slaveContext();

    bool isMaster() const { return keys_ != nullptr; }
    void refuseStranger(std::byte first);
    [[noreturn]] void failHandshake();

    std::unique_ptr<SSL, Free> ssl_;
    BIO* in_;   ///< owned by `ssl_`
    BIO* out_;  ///< owned by `ssl_`
    const KeyRing* keys_ = nullptr;
    NamedKey peer_;             ///< on the master's side: what the peer claims, and has to prove
    NamedKey self_;             ///< on the slave's side
    bool fed_ = false;          ///< the first byte was checked
    bool established_ = false;  ///< the handshake is over
};

}  // namespace berkeley::net
