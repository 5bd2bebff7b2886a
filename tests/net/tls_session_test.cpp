/// TLS in memory: what each side believes, whatever lies between the two.
#include "net/tls_session.h"

#include <gtest/gtest.h>
#include <openssl/x509.h>

#include <array>
#include <functional>
#include <string_view>

#include "berkeley/wire/messages.h"
#include "connected_pair.h"

namespace berkeley {
namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t kFrame = 64;

Bytes frameOf(char letter) { return Bytes(kFrame, static_cast<std::byte>(letter)); }

template <class Session>
std::string heard(Session& session) {
    std::array<std::byte, 256> buffer;
    std::string text;
    while (const std::size_t size = session.read(buffer)) {
        text.append(reinterpret_cast<const char*>(buffer.data()), size);
    }
    return text;
}

template <class Step>
std::string errorOf(Step step) {
    try {
        step();
    } catch (const WireError& error) {
        return error.what();
    }
    return "no error";
}

enum class Way { toMaster, toSlave };

/// A master and a slave who shake hands and say frames in turn, and what lies between them.
class Talk {
  public:
    /// Told the direction, the bytes, and how many have gone that way before them.
    using Change = std::function<void(Way, Bytes&, std::size_t before)>;

    explicit Talk(
        const Key& key = kKey, Change change = [](Way, Bytes&, std::size_t) {})
        : slave_(NamedKey{"client", key}), change_(std::move(change)) {}

    /// All of it; false when one side has refused what it was given.
    bool run() {
        try {
            if (shakeHands()) {
                for (const char letter : {'a', 'b', 'c'}) {
                    say(slave_, Way::toMaster, letter);
                    say(master_, Way::toSlave, static_cast<char>(letter - 'a' + 'A'));
                }
            }
            return true;
        } catch (const WireError& error) {
            error_ = error.what();
            return false;
        }
    }

    bool shakeHands() {
        bool slave = false, master = false;
        for (int i = 0; i < 4 && !(slave && master); ++i) {
            slave = slave_.handshake();
            carry(Way::toMaster);
            master = master_.handshake();
            carry(Way::toSlave);
        }
        return slave && master;
    }

    void say(TlsSession& speaker, Way way, char letter) {
        EXPECT_TRUE(speaker.write(frameOf(letter)));
        carry(way);
        std::string& all = way == Way::toMaster ? heardByMaster_ : heardBySlave_;
        all += heard(way == Way::toMaster ? master_ : slave_);
    }

    void carry(Way way) {
        Bytes bytes = (way == Way::toMaster ? slave_ : master_).takeOutput();
        std::size_t& carried = way == Way::toMaster ? toMaster_ : toSlave_;
        const std::size_t size = bytes.size();
        change_(way, bytes, carried);
        carried += size;
        if (!bytes.empty()) {
            (way == Way::toMaster ? master_ : slave_).feed(bytes);
        }
    }

    std::size_t carried(Way way) const { return way == Way::toMaster ? toMaster_ : toSlave_; }

    KeyRing ring_{Keys{{"client", kKey}, {"other", kOtherKey}}};
    TlsSession master_{ring_};
    TlsSession slave_;
    std::string heardByMaster_, heardBySlave_, error_;

  private:
    Change change_;
    std::size_t toMaster_ = 0, toSlave_ = 0;
};

const std::string kSaidBySlave =
    std::string(kFrame, 'a') + std::string(kFrame, 'b') + std::string(kFrame, 'c');
const std::string kSaidByMaster =
    std::string(kFrame, 'A') + std::string(kFrame, 'B') + std::string(kFrame, 'C');

TEST(TlsSession, CarriesWhatIsSaidAndKnowsByWhom) {
    Talk talk;
    EXPECT_EQ(talk.master_.peer(), std::nullopt);
    EXPECT_TRUE(talk.run());
    EXPECT_EQ(talk.heardByMaster_, kSaidBySlave);
    EXPECT_EQ(talk.heardBySlave_, kSaidByMaster);
    EXPECT_EQ(talk.master_.peer(), "client");
    EXPECT_EQ(talk.slave_.peer(), std::nullopt);
}

TEST(TlsSession, MakesOneRecordOfAFrame) {
    Talk talk;
    ASSERT_TRUE(talk.shakeHands());
    RecordBoundaries boundaries;
    for (TlsSession* session : {&talk.master_, &talk.slave_}) {
        ASSERT_TRUE(session->write(frameOf('a')));
        boundaries.feed(session->takeOutput());
        EXPECT_TRUE(boundaries.fedOneRecord());
    }
}

TEST(TlsSession, HasNothingMoreToSayOnceTheSlaveHasAnswered) {
    Talk talk;
    EXPECT_FALSE(talk.slave_.handshake());
    talk.carry(Way::toMaster);
    EXPECT_FALSE(talk.master_.handshake());
    talk.carry(Way::toSlave);
    EXPECT_TRUE(talk.slave_.handshake());
    talk.carry(Way::toMaster);
    EXPECT_TRUE(talk.master_.handshake());
    EXPECT_TRUE(talk.master_.takeOutput().empty());  // no tickets
}

TEST(TlsSession, NeitherWritesNorReadsBeforeTheHandshakeIsOver) {
    Talk talk;
    EXPECT_FALSE(talk.slave_.write(frameOf('a')));
    EXPECT_FALSE(talk.master_.write(frameOf('a')));
    (void)talk.slave_.handshake();
    talk.carry(Way::toMaster);
    EXPECT_EQ(heard(talk.master_), "");
    EXPECT_TRUE(talk.master_.takeOutput().empty());
}

TEST(TlsSession, RefusesAnotherKey) {
    Talk talk{kOtherKey};
    EXPECT_FALSE(talk.run());
    EXPECT_EQ(talk.error_, "the peer's key is unknown or wrong (it calls itself \"client\")");
    talk.carry(Way::toSlave);
    EXPECT_EQ(errorOf([&] { talk.slave_.handshake(); }), "the peer's key is unknown or wrong");
}

TEST(TlsSession, RefusesAKeyThatIsPartOfTheRightOne) {
    Key longer = kKey;
    longer.push_back(0);
    EXPECT_FALSE(Talk{longer}.run());
}

TEST(TlsSession, DoesNotTellAnUnknownNameFromAWrongKey) {
    Talk wrong{kOtherKey};
    EXPECT_FALSE(wrong.run());
    Talk unknown;
    unknown.ring_.replace(Keys{{"other", kOtherKey}});
    EXPECT_FALSE(unknown.run());
    EXPECT_EQ(wrong.error_, unknown.error_);
    const Bytes answer = wrong.master_.takeOutput();
    EXPECT_FALSE(answer.empty());
    EXPECT_EQ(answer, unknown.master_.takeOutput());
}

TEST(TlsSession, KnowsWhenItsPeersKeyHasBeenTakenAway) {
    Talk talk;
    ASSERT_TRUE(talk.run());
    EXPECT_TRUE(talk.master_.isCurrent());
    talk.ring_.replace(Keys{{"client", kKey}});
    EXPECT_TRUE(talk.master_.isCurrent());
    talk.ring_.replace(Keys{{"client", kOtherKey}});
    EXPECT_FALSE(talk.master_.isCurrent());
    talk.ring_.replace(Keys{{"other", kKey}});
    EXPECT_FALSE(talk.master_.isCurrent());
}

// --- what somebody on the path may do ---

void expectNothingAltered(const Talk& talk) {
    EXPECT_TRUE(kSaidBySlave.starts_with(talk.heardByMaster_));
    EXPECT_TRUE(kSaidByMaster.starts_with(talk.heardBySlave_));
}

bool heardAll(const Talk& talk) {
    return talk.heardByMaster_ == kSaidBySlave && talk.heardBySlave_ == kSaidByMaster;
}

TEST(TlsSession, NeverBelievesAByteThatWasFlipped) {
    Talk untouched;
    ASSERT_TRUE(untouched.run());
    for (const Way way : {Way::toMaster, Way::toSlave}) {
        for (std::size_t position = 0; position < untouched.carried(way); ++position) {
            Talk talk{kKey, [&](Way going, Bytes& bytes, std::size_t before) {
                          if (going == way && position - before < bytes.size()) {
                              bytes[position - before] ^= std::byte{1} << position % 8;
                          }
                      }};
            (void)talk.run();
            expectNothingAltered(talk);
            // The minor version in the header of the very first record means nothing to anybody.
            EXPECT_EQ(heardAll(talk), position == 2)
                << position << (way == Way::toMaster ? " to the master" : " to the slave");
        }
    }
}

class TamperedRecords : public testing::TestWithParam<Way> {
  protected:
    TamperedRecords() {
        EXPECT_TRUE(talk_.shakeHands());
        for (Bytes& record : records_) {
            EXPECT_TRUE(speaker().write(frameOf(letter_++)));
            record = speaker().takeOutput();
        }
    }

    TlsSession& speaker() { return GetParam() == Way::toMaster ? talk_.slave_ : talk_.master_; }
    TlsSession& listener() { return GetParam() == Way::toMaster ? talk_.master_ : talk_.slave_; }

    /// What the listener makes of that.
    std::string told(const Bytes& bytes) {
        listener().feed(bytes);
        return heard(listener());
    }

    void expectRefused(const Bytes& bytes) {
        EXPECT_EQ(errorOf([&] { EXPECT_EQ(told(bytes), ""); }).substr(0, 54),
                  "sent a record that was altered or does not belong here");
        // And nothing afterwards.
        EXPECT_NE(errorOf([&] { EXPECT_EQ(told(records_[0]), ""); }), "no error");
    }

    Talk talk_;
    char letter_ = 'a';
    std::array<Bytes, 3> records_;
};

INSTANTIATE_TEST_SUITE_P(OnTheWay, TamperedRecords, testing::Values(Way::toMaster, Way::toSlave),
                         [](const auto& info) {
                             return info.param == Way::toMaster ? "ToMaster" : "ToSlave";
                         });

TEST_P(TamperedRecords, AreHeardInTheirOrder) {
    for (const char letter : {'a', 'b', 'c'}) {
        EXPECT_EQ(told(records_[static_cast<std::size_t>(letter - 'a')]),
                  std::string(kFrame, letter));
    }
}

TEST_P(TamperedRecords, AreRefusedWhenReplayed) {
    EXPECT_EQ(told(records_[0]), std::string(kFrame, 'a'));
    expectRefused(records_[0]);
}

TEST_P(TamperedRecords, AreRefusedWhenReordered) { expectRefused(records_[1]); }

TEST_P(TamperedRecords, AreRefusedWhenOneIsMissing) {
    EXPECT_EQ(told(records_[0]), std::string(kFrame, 'a'));
    expectRefused(records_[2]);
}

TEST_P(TamperedRecords, AreRefusedWhenSentBack) {
    EXPECT_TRUE(listener().write(frameOf('z')));
    expectRefused(listener().takeOutput());
}

TEST_P(TamperedRecords, AreNotBelievedWhenCutOff) {
    for (std::size_t cut = 1; cut < records_[0].size(); ++cut) {
        Bytes part = records_[0];
        part.resize(cut);
        Talk talk;
        ASSERT_TRUE(talk.shakeHands());
        TlsSession& speaker = GetParam() == Way::toMaster ? talk.slave_ : talk.master_;
        TlsSession& listener = GetParam() == Way::toMaster ? talk.master_ : talk.slave_;
        ASSERT_TRUE(speaker.write(frameOf('a')));
        Bytes record = speaker.takeOutput();
        record.resize(cut);
        listener.feed(record);
        EXPECT_EQ(heard(listener), "");
        // What follows fills the gap, sooner or later, and does not fit.
        EXPECT_NE(errorOf([&] {
                      for (int i = 0; i < 1000; ++i) {
                          ASSERT_TRUE(speaker.write(frameOf('b')));
                          listener.feed(speaker.takeOutput());
                          EXPECT_EQ(heard(listener), "");
                      }
                  }),
                  "no error")
            << cut;
    }
}

TEST(TlsSession, RefusesAWholeConversationThatIsReplayed) {
    std::vector<Bytes> recorded;
    Talk talk{kKey, [&](Way way, Bytes& bytes, std::size_t) {
                  if (way == Way::toMaster) {
                      recorded.push_back(bytes);
                  }
              }};
    ASSERT_TRUE(talk.run());
    TlsSession master{talk.ring_};
    const auto replay = [&] {
        for (const Bytes& bytes : recorded) {
            if (!bytes.empty()) {
                master.feed(bytes);
                (void)master.handshake();
            }
        }
    };
    EXPECT_NE(errorOf(replay), "no error");
    EXPECT_EQ(heard(master), "");
    EXPECT_EQ(master.peer(), std::nullopt);
}

// --- peers of another make ---

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
        return errorOf([&] {
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
    EXPECT_EQ(masterSays(), "no error");
    EXPECT_TRUE(established_);
}

TEST_F(RawSlaveTest, GetsASecretOfItsOwnBesidesTheKey) {
    slave_.useKey();
    SSL_CTX_set_options(slave_.context(), SSL_OP_ALLOW_NO_DHE_KEX);
    EXPECT_EQ(masterSays(), "no error");
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
    ASSERT_EQ(masterSays(), "no error");
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
    ASSERT_EQ(masterSays(), "no error");
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
    EXPECT_EQ(errorOf([&] {
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

TEST(TlsSession, SaysThatItsPeerSpeaksWithoutKeys) {
    const KeyRing ring{Keys{{"client", kKey}}};
    for (const std::string_view text : {"\xBE\x01", "2026-11-24", "GET /", "\x15\x03"}) {
        TlsSession master{ring};
        EXPECT_EQ(errorOf([&] { master.feed(std::as_bytes(std::span{text})); }),
                  "speaks without keys; this master requires them");
        // An alert, so that the peer can say what is missing.
        EXPECT_EQ(master.takeOutput().front(), std::byte{0x15});
    }
    for (const std::string_view text : {"\xBE\x01", "2026-11-24"}) {
        TlsSession slave{NamedKey{"client", kKey}};
        EXPECT_EQ(errorOf([&] { slave.feed(std::as_bytes(std::span{text})); }),
                  "speaks without keys; this slave requires them");
    }
}

}  // namespace
}  // namespace berkeley
