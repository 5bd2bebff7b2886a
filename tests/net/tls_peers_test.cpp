/// TLS in memory: peers of another make.
#include <gtest/gtest.h>
#include <openssl/x509.h>

#include <array>

#include "support/errors.h"
#include "talk.h"

namespace berkeley::net {
namespace {

/// OpenSSL as it comes, with what a test wants set.
class RawPeer {
  public:
    explicit RawPeer(const SSL_METHOD* method) : context_(SSL_CTX_new(method)) {}
    ~RawPeer() {
        SSL_free(ssl_);
        SSL_CTX_free(context_);
    }
    RawPeer(const RawPeer&) = delete;
    RawPeer& operator=(const RawPeer&) = delete;

    SSL_CTX* context() { return context_; }

    /// After that the context is as it is.
    void begin(bool asMaster) {
        ssl_ = SSL_new(context_);
        in_ = BIO_new(BIO_s_mem());
        out_ = BIO_new(BIO_s_mem());
        SSL_set_bio(ssl_, in_, out_);
        asMaster ? SSL_set_accept_state(ssl_) : SSL_set_connect_state(ssl_);
    }
    SSL* ssl() { return ssl_; }

    void feed(const Bytes& bytes) {
        if (!bytes.empty()) {
            BIO_write(in_, bytes.data(), static_cast<int>(bytes.size()));
        }
    }
    Bytes takeOutput() {
        Bytes output(BIO_ctrl_pending(out_));
        BIO_read(out_, output.data(), static_cast<int>(output.size()));
        return output;
    }

    /// As a slave of that key.
    void useKey() { SSL_CTX_set_psk_use_session_callback(context_, useSession); }

  private:
    static int useSession(SSL* ssl, const EVP_MD*, const unsigned char** name, std::size_t* size,
                          SSL_SESSION** session) {
        static constexpr std::array<unsigned char, 2> suite{0x13, 0x01};
        *name = reinterpret_cast<const unsigned char*>("client");
        *size = 6;
        *session = SSL_SESSION_new();
        SSL_SESSION_set1_master_key(*session, kKey.data(), kKey.size());
        SSL_SESSION_set_cipher(*session, SSL_CIPHER_find(ssl, suite.data()));
        SSL_SESSION_set_protocol_version(*session, TLS1_3_VERSION);
        return 1;
    }

    SSL_CTX* context_;
    SSL* ssl_ = nullptr;
    BIO* in_ = nullptr;
    BIO* out_ = nullptr;
};

class RawSlaveTest : public testing::Test {
  protected:
    /// Until the master has what it needs; what it says of it.
    std::string masterSays() {
        slave_.begin(false);
        return errorOf<wire::WireError>([&] {
            for (int i = 0; i < 3; ++i) {
                SSL_do_handshake(slave_.ssl());
                if (const Bytes said = slave_.takeOutput(); !said.empty()) {
                    master_.feed(said);
                }
                established_ = master_.handshake();
                slave_.feed(master_.takeOutput());
            }
        });
    }

    KeyRing ring_{Keys{{"client", kKey}}};
    TlsSession master_{ring_};
    RawPeer slave_{TLS_client_method()};
    bool established_ = false;
};

TEST_F(RawSlaveTest, IsAsGoodAsOursWithTheKey) {
    slave_.useKey();
    EXPECT_EQ(masterSays(), "");
    EXPECT_TRUE(established_);
}

TEST_F(RawSlaveTest, GetsASecretOfItsOwnBesidesTheKey) {
    slave_.useKey();
    SSL_CTX_set_options(slave_.context(), SSL_OP_ALLOW_NO_DHE_KEX);
    EXPECT_EQ(masterSays(), "");
    EVP_PKEY* exchanged = nullptr;
    EXPECT_EQ(SSL_get_peer_tmp_key(slave_.ssl(), &exchanged), 1);
    EVP_PKEY_free(exchanged);
}

TEST_F(RawSlaveTest, IsRefusedWithoutAKey) {
    EXPECT_TRUE(masterSays().starts_with("offers no key for TLS 1.3; this master requires one"));
    EXPECT_FALSE(established_);
}

TEST_F(RawSlaveTest, IsRefusedWithAnOlderTls) {
    SSL_CTX_set_max_proto_version(slave_.context(), TLS1_2_VERSION);
    EXPECT_TRUE(masterSays().starts_with("offers no key for TLS 1.3; this master requires one"));
    EXPECT_FALSE(established_);
}

TEST_F(RawSlaveTest, MayChangeItsSecretsAsItGoes) {
    slave_.useKey();
    ASSERT_EQ(masterSays(), "");
    for (int i = 0; i < 3; ++i) {
        ASSERT_EQ(SSL_key_update(slave_.ssl(), SSL_KEY_UPDATE_REQUESTED), 1);
        ASSERT_EQ(SSL_write(slave_.ssl(), frameOf('a').data(), kFrame), int{kFrame});
        master_.feed(slave_.takeOutput());
        EXPECT_EQ(heard(master_), std::string(kFrame, 'a'));
        ASSERT_TRUE(master_.write(frameOf('A')));
        slave_.feed(master_.takeOutput());
        std::array<char, kFrame> buffer{};
        EXPECT_EQ(SSL_read(slave_.ssl(), buffer.data(), kFrame), int{kFrame});
        EXPECT_EQ(std::string(buffer.data(), kFrame), std::string(kFrame, 'A'));
    }
}

TEST_F(RawSlaveTest, MaySayThatItEnds) {
    slave_.useKey();
    ASSERT_EQ(masterSays(), "");
    EXPECT_FALSE(master_.ended());
    SSL_shutdown(slave_.ssl());
    master_.feed(slave_.takeOutput());
    EXPECT_EQ(heard(master_), "");
    EXPECT_TRUE(master_.ended());
}

/// A certificate that its owner has made for itself.
void giveCertificate(SSL_CTX* context) {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    X509_sign(certificate, key, EVP_sha256());
    EXPECT_EQ(SSL_CTX_use_certificate(context, certificate), 1);
    EXPECT_EQ(SSL_CTX_use_PrivateKey(context, key), 1);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

TEST(TlsSession, DoesNotTakeACertificateForAKey) {
    RawPeer master{TLS_server_method()};
    giveCertificate(master.context());
    master.begin(true);
    TlsSession slave{NamedKey{"client", kKey}};
    EXPECT_EQ(errorOf<wire::WireError>([&] {
                  for (int i = 0; i < 3; ++i) {
                      EXPECT_FALSE(slave.handshake());
                      master.feed(slave.takeOutput());
                      SSL_do_handshake(master.ssl());
                      if (const Bytes said = master.takeOutput(); !said.empty()) {
                          slave.feed(said);
                      }
                  }
              }),
              "the peer's key is unknown or wrong");
    EXPECT_FALSE(slave.write(frameOf('a')));
}

}  // namespace
}  // namespace berkeley::net
