#include "tls_session.h"

#include <openssl/err.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <new>
#include <stdexcept>
#include <utility>

#include "wire/native.h"

namespace berkeley::net {
namespace {

/// The only suite: its hash is that of the keys, and every TLS 1.3 implementation has it.
constexpr const char* kSuiteName = "TLS_AES_128_GCM_SHA256";
constexpr std::array<unsigned char, 2> kSuite{0x13, 0x01};

constexpr std::byte kAlert{0x15};
constexpr std::byte kHandshake{0x16};
/// An alert as it is sent before there are keys: fatal, handshake_failure.
constexpr std::array<unsigned char, 7> kRefusal{0x15, 0x03, 0x03, 0x00, 0x02, 0x02, 0x28};

const std::string kWrongKey = "the peer's key is unknown or wrong";

struct FreeContext {
    void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

Context makeContext(const SSL_METHOD* method) {
    Context context{SSL_CTX_new(method)};
    if (!context || SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION) != 1 ||
        SSL_CTX_set_ciphersuites(context.get(), kSuiteName) != 1) {
        throw std::runtime_error("OpenSSL has no TLS 1.3 with " + std::string{kSuiteName} +
                                 ": check its configuration");
    }
    // What would speed up a second connection, or disguise this as an older TLS, only adds bytes.
    SSL_CTX_set_num_tickets(context.get(), 0);
    SSL_CTX_clear_options(context.get(), SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
    // Saves memory, as thousands of slaves are silent most of the time.
    SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS);
    return context;
}

TlsSession& sessionOf(SSL* ssl) { return *static_cast<TlsSession*>(SSL_get_app_data(ssl)); }

/// Returns the key in OpenSSL's form, which the caller owns; nullptr when memory is short.
SSL_SESSION* toSession(SSL* ssl, const Key& key) {
    SSL_SESSION* session = SSL_SESSION_new();
    if (session != nullptr && SSL_SESSION_set1_master_key(session, key.data(), key.size()) == 1 &&
        SSL_SESSION_set_cipher(session, SSL_CIPHER_find(ssl, kSuite.data())) == 1 &&
        SSL_SESSION_set_protocol_version(session, TLS1_3_VERSION) == 1) {
        return session;
    }
    SSL_SESSION_free(session);
    return nullptr;
}

Key randomKey() {
    Key key(32);
    return RAND_bytes(key.data(), static_cast<int>(key.size())) == 1 ? key : Key{};
}

/// Returns the reason for the first error.
int lastReason() { return ERR_GET_REASON(ERR_peek_error()); }

std::string lastError() {
    const char* text = ERR_reason_error_string(ERR_peek_error());
    return text == nullptr ? "no reason known" : text;
}

/// Whether the reason means that the peer has a different key, or none.
bool isAboutTheKey(int reason) {
    constexpr std::array reasons{
        SSL_R_BINDER_DOES_NOT_VERIFY,
        SSL_R_SSLV3_ALERT_ILLEGAL_PARAMETER,
        SSL_R_DECRYPTION_FAILED_OR_BAD_RECORD_MAC,
        SSL_R_DIGEST_CHECK_FAILED,
    };
    return std::find(reasons.begin(), reasons.end(), reason) != reasons.end();
}

}  // namespace

SSL_CTX& TlsSession::masterContext() {
    static const Context context = [] {
        Context made = makeContext(TLS_server_method());
        SSL_CTX_set_psk_find_session_callback(made.get(), findSession);
        return made;
    }();
    return *context;
}

SSL_CTX& TlsSession::slaveContext() {
    static const Context context = [] {
        Context made = makeContext(TLS_client_method());
        SSL_CTX_set_psk_use_session_callback(made.get(), useSession);
        return made;
    }();
    return *context;
}

TlsSession::TlsSession(SSL_CTX& context)
    : ssl_(SSL_new(&context)), in_(BIO_new(BIO_s_mem())), out_(BIO_new(BIO_s_mem())) {
    if (!ssl_ || in_ == nullptr || out_ == nullptr) {
        BIO_free(in_);
        BIO_free(out_);
        throw std::bad_alloc{};
    }
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_app_data(ssl_.get(), this);
}

TlsSession::TlsSession(const KeyRing& keys) : TlsSession(masterContext()) {
    keys_ = &keys;
    SSL_set_accept_state(ssl_.get());
}

TlsSession::TlsSession(NamedKey self) : TlsSession(slaveContext()) {
    self_ = std::move(self);
    SSL_set_connect_state(ssl_.get());
}

/// Gives an unknown name a key that no peer has, so that a stranger cannot find out which names are
/// known.
int TlsSession::findSession(SSL* ssl, const unsigned char* name, std::size_t size,
                            SSL_SESSION** session) {
    TlsSession& self = sessionOf(ssl);
    self.peer_.name.assign(reinterpret_cast<const char*>(name), size);
    self.peer_.key = self.keys_->find(self.peer_.name).value_or(randomKey());
    *session = toSession(ssl, self.peer_.key);
    return *session != nullptr ? 1 : 0;
}

int TlsSession::useSession(SSL* ssl, const EVP_MD*, const unsigned char** name, std::size_t* size,
                           SSL_SESSION** session) {
    const NamedKey& self = sessionOf(ssl).self_;
    *name = reinterpret_cast<const unsigned char*>(self.name.data());
    *size = self.name.size();
    *session = toSession(ssl, self.key);
    return *session != nullptr ? 1 : 0;
}

void TlsSession::feed(std::span<const std::byte> records) {
    if (!std::exchange(fed_, true)) {
        refuseStranger(records.front());
    }
    (void)BIO_write(in_, records.data(), static_cast<int>(records.size()));
}

/// Refuses a peer that does not speak TLS at all, as what OpenSSL would say of it is of no use.
void TlsSession::refuseStranger(std::byte first) {
    if (first == kHandshake || (first == kAlert && !isMaster())) {
        return;
    }
    if (!isMaster()) {
        throw wire::WireError("speaks without keys; this slave requires them", wire::Fault::key);
    }
    (void)BIO_write(out_, kRefusal.data(), static_cast<int>(kRefusal.size()));
    throw wire::WireError("speaks without keys; this master requires them", wire::Fault::key);
}

bool TlsSession::handshake() {
    ERR_clear_error();
    const int result = SSL_do_handshake(ssl_.get());
    // OpenSSL treats a key as a resumed session. Otherwise there was a certificate, which proves
    // nothing here.
    established_ = result == 1 && SSL_session_reused(ssl_.get()) == 1;
    if (!established_ && SSL_get_error(ssl_.get(), result) != SSL_ERROR_WANT_READ) {
        failHandshake();
    }
    return established_;
}

void TlsSession::failHandshake() {
    if (isMaster() && peer_.name.empty()) {
        throw wire::WireError(
            "offers no key for TLS 1.3; this master requires one (" + lastError() + ")",
            wire::Fault::key);
    }
    if (SSL_is_init_finished(ssl_.get()) == 0 && !isAboutTheKey(lastReason())) {
        throw wire::WireError("failed the TLS handshake (" + lastError() + ")", wire::Fault::key);
    }
    throw wire::WireError(
        kWrongKey + (wire::isName(peer_.name) ? " (it calls itself \"" + peer_.name + "\")" : ""),
        wire::Fault::key);
}

std::size_t TlsSession::read(std::span<std::byte> buffer) {
    if (!established_) {
        return 0;
    }
    ERR_clear_error();
    const int size = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (size > 0) {
        return static_cast<std::size_t>(size);
    }
    switch (SSL_get_error(ssl_.get(), size)) {
        case SSL_ERROR_WANT_READ:
        case SSL_ERROR_ZERO_RETURN:
            return 0;
        default:
            throw wire::WireError("sent a record that was altered or does not belong here (" +
                                  lastError() + ")");
    }
}

bool TlsSession::write(std::span<const std::byte> bytes) {
    ERR_clear_error();
    return established_ && SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) ==
                               static_cast<int>(bytes.size());
}

std::vector<std::byte> TlsSession::takeOutput() {
    std::vector<std::byte> output(BIO_ctrl_pending(out_));
    (void)BIO_read(out_, output.data(), static_cast<int>(output.size()));
    return output;
}

std::optional<std::string> TlsSession::peer() const {
    return isMaster() && established_ ? std::optional{peer_.name} : std::nullopt;
}

bool TlsSession::isCurrent() const {
    return !isMaster() || !established_ || keys_->find(peer_.name) == peer_.key;
}

}  // namespace berkeley::net
