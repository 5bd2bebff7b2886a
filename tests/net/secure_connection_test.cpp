/// Connections with keys over real sockets, with whoever may be at the other end or on the path.
#include <gtest/gtest.h>

#include <array>
#include <boost/asio/write.hpp>
#include <functional>
#include <mutex>
#include <string_view>
#include <thread>

#include "berkeley/wire/messages.h"
#include "connected_pair.h"

namespace berkeley {
namespace {

using namespace std::chrono_literals;
using boost::asio::ip::tcp;

using Bytes = std::vector<std::byte>;
using Steady = std::chrono::steady_clock;

constexpr std::size_t kFrame = 64;
/// Of the record that a frame becomes: a header, the type inside, the proof that it is authentic.
constexpr std::size_t kRecord = 5 + kFrame + 1 + 16;

std::span<const std::byte> bytesOf(std::string_view text) { return std::as_bytes(std::span{text}); }

template <class Step>
std::string errorOf(Step step) {
    try {
        step();
    } catch (const std::runtime_error& error) {
        return error.what();
    }
    return "no error";
}

/// All that the peer says until it leaves, and what is wrong with it.
struct Heard {
    std::string text;
    std::string error;
};

Heard hear(Connection& connection) {
    Heard heard;
    heard.error = errorOf([&] {
        std::array<std::byte, 256> buffer;
        while (true) {
            const Received received = connection.receive(buffer, 10s);
            if (received.receipt != Receipt::data) {
                EXPECT_EQ(received.receipt, Receipt::closed);
                return;
            }
            heard.text.append(reinterpret_cast<const char*>(buffer.data()), received.size);
        }
    });
    return heard;
}

// --- on the path ---

enum class Way { toMaster, toSlave };

/// Told the direction, the bytes, and how many have gone that way before them.
using Change = std::function<void(Way, Bytes&, std::size_t before)>;

/// Carries the bytes of one connection, and changes them.
class Relay {
  public:
    Relay(const Endpoint& master, Change change) : change_(std::move(change)) {
        threads_.emplace_back([this, master] {
            acceptor_.accept(slave_);
            master_.connect({boost::asio::ip::make_address(master.host), master.port});
            slave_.set_option(tcp::no_delay{true});
            master_.set_option(tcp::no_delay{true});
            std::jthread back{[this] { carry(master_, slave_, Way::toSlave); }};
            carry(slave_, master_, Way::toMaster);
        });
    }

    Endpoint local() const { return {"127.0.0.1", acceptor_.local_endpoint().port()}; }

  private:
    void carry(tcp::socket& from, tcp::socket& to, Way way) {
        boost::system::error_code error;
        std::size_t before = 0;
        while (true) {
            Bytes bytes(4096);
            bytes.resize(from.read_some(boost::asio::buffer(bytes), error));
            if (error) {
                break;
            }
            const std::size_t size = bytes.size();
            change_(way, bytes, before);
            before += size;
            boost::asio::write(to, boost::asio::buffer(bytes), error);
        }
        to.shutdown(tcp::socket::shutdown_send, error);
    }

    Change change_;
    boost::asio::io_context context_;
    tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
    tcp::socket slave_{context_}, master_{context_};
    std::vector<std::jthread> threads_;
};

class TamperedConnection : public testing::TestWithParam<Way> {
  protected:
    /// What the receiver hears of two frames, of which the relay has changed the bytes `change`
    /// wants; these are counted from the first one of the first frame.
    Heard heardWith(const std::function<void(Bytes&, std::size_t before)>& change) {
        boost::asio::io_context context;
        const KeyRing ring{Keys{{"client", kKey}}};
        Listener listener{context, {"127.0.0.1", 0}, &ring};
        std::atomic<bool> changing = false;
        std::size_t carried = 0;
        Relay relay{listener.local(), [&](Way way, Bytes& bytes, std::size_t) {
                        if (changing && way == GetParam()) {
                            const std::size_t size = bytes.size();
                            change(bytes, carried);
                            carried += size;
                        }
                    }};
        Connector connector{context, NamedKey{"client", kKey}};
        std::shared_ptr<Connection> slave;
        std::thread connecting{[&] { slave = connector.connect(relay.local()); }};
        const std::shared_ptr<Connection> master = listener.accept();
        EXPECT_TRUE(master->handshake());
        connecting.join();
        // The relay is idle now: what was said for the handshake has been heard.
        changing = true;
        Connection& speaker = GetParam() == Way::toMaster ? *slave : *master;
        Connection& hearer = GetParam() == Way::toMaster ? *master : *slave;
        EXPECT_TRUE(speaker.send(bytesOf(std::string(kFrame, 'a'))));
        (void)speaker.send(bytesOf(std::string(kFrame, 'b')));
        speaker.shutdown();
        Heard heard = hear(hearer);
        master->shutdown();
        slave->shutdown();
        return heard;
    }
};

INSTANTIATE_TEST_SUITE_P(OnTheWay, TamperedConnection, testing::Values(Way::toMaster, Way::toSlave),
                         [](const auto& info) {
                             return info.param == Way::toMaster ? "ToMaster" : "ToSlave";
                         });

TEST_P(TamperedConnection, IsAsGoodAsAnyWhenNothingIsChanged) {
    const Heard heard = heardWith([](Bytes&, std::size_t) {});
    EXPECT_EQ(heard.text, std::string(kFrame, 'a') + std::string(kFrame, 'b'));
    EXPECT_EQ(heard.error, "no error");
}

TEST_P(TamperedConnection, NeverDeliversAFrameOfWhichAByteWasFlipped) {
    for (std::size_t position = 0; position < kRecord; ++position) {
        const Heard heard = heardWith([&](Bytes& bytes, std::size_t before) {
            if (position >= before && position - before < bytes.size()) {
                bytes[position - before] ^= std::byte{1} << position % 8;
            }
        });
        EXPECT_EQ(heard.text, "") << position;
    }
}

TEST_P(TamperedConnection, NeverDeliversAFrameTwice) {
    Bytes first;
    const Heard heard = heardWith([&](Bytes& bytes, std::size_t before) {
        if (before == 0) {
            first.assign(bytes.begin(), bytes.begin() + kRecord);
            bytes.insert(bytes.begin(), first.begin(), first.end());
        }
    });
    EXPECT_EQ(heard.text, std::string(kFrame, 'a'));
    EXPECT_NE(heard.error, "no error");
}

TEST_P(TamperedConnection, DeliversNothingOfAFrameThatWasCutOff) {
    for (const std::size_t cut : {std::size_t{1}, std::size_t{5}, std::size_t{40}, kRecord - 1}) {
        const Heard heard = heardWith([&](Bytes& bytes, std::size_t before) {
            bytes.resize(before < cut ? std::min(bytes.size(), cut - before) : 0);
        });
        EXPECT_EQ(heard.text, "") << cut;
    }
}

TEST_P(TamperedConnection, DeliversNothingAfterAFrameThatWasTakenOut) {
    const Heard heard = heardWith([&](Bytes& bytes, std::size_t before) {
        if (before < kRecord) {
            bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                           bytes.size(), kRecord - before)));
        }
    });
    EXPECT_EQ(heard.text, "");
    EXPECT_NE(heard.error, "no error");
}

// --- at the other end ---

class StrangeSlaveTest : public testing::Test {
  protected:
    std::shared_ptr<Connection> accept() { return listener_.accept(); }

    KeyRing ring_{Keys{{"client", kKey}}};
    boost::asio::io_context context_;
    Listener listener_{context_, {"127.0.0.1", 0}, &ring_};
    Connector plain_{context_};
};

TEST_F(StrangeSlaveTest, WithAnotherKeyIsRefusedAndBothSidesSayWhy) {
    Connector stranger{context_, NamedKey{"client", kOtherKey}};
    std::string slave;
    std::thread connecting{
        [&] { slave = errorOf([&] { (void)stranger.connect(listener_.local()); }); }};
    EXPECT_EQ(errorOf([&] { (void)accept()->handshake(); }),
              "the peer's key is unknown or wrong (it calls itself \"client\")");
    connecting.join();
    EXPECT_EQ(slave, "the master at " + toText(listener_.local()) +
                         ": the peer's key is unknown or wrong");
}

TEST_F(StrangeSlaveTest, WithoutAKeyIsRefusedAndHearsThatTlsIsSpoken) {
    const auto slave = plain_.connect(listener_.local());
    slave->send(bytesOf("\xBE\x01"));
    {
        const auto master = accept();
        EXPECT_EQ(errorOf([&] { (void)master->handshake(); }),
                  "speaks without keys; this master requires them");
    }
    EXPECT_EQ(hear(*slave).text.front(), '\x15');
}

TEST_F(StrangeSlaveTest, ThatSaysNothingIsWaitedForForSoLongAndNoLonger) {
    const auto slave = plain_.connect(listener_.local());
    const auto begin = Steady::now();
    EXPECT_EQ(errorOf([&] { (void)accept()->handshake(50ms); }),
              "did not finish the TLS handshake within 50ms");
    EXPECT_GE(Steady::now() - begin, 50ms);
    EXPECT_LT(Steady::now() - begin, 5s);
}

TEST_F(StrangeSlaveTest, ThatSaysLittleAtATimeGetsNoMoreTime) {
    const auto slave = plain_.connect(listener_.local());
    std::atomic<bool> over = false;
    std::jthread dripping{[&] {
        // A client's first words, as long as can be.
        slave->send(bytesOf({"\x16\x03\x01\x40\x00\x01\x00\x3F\xFC\x03\x03", 11}));
        while (!over && slave->send(bytesOf("x"))) {
            std::this_thread::sleep_for(5ms);
        }
    }};
    const auto begin = Steady::now();
    EXPECT_EQ(errorOf([&] { (void)accept()->handshake(100ms); }),
              "did not finish the TLS handshake within 100ms");
    EXPECT_LT(Steady::now() - begin, 5s);
    over = true;
}

TEST_F(StrangeSlaveTest, ThatLeavesDuringTheHandshakeIsNoError) {
    plain_.connect(listener_.local())->shutdown();
    EXPECT_FALSE(accept()->handshake());
}

TEST_F(StrangeSlaveTest, WhoseKeyIsTakenAwayDuringTheHandshakeIsRefused) {
    // The master looks the key up when it hears the slave for the first time, and answers.
    Relay relay{listener_.local(), [&](Way way, Bytes&, std::size_t) {
                    if (way == Way::toSlave) {
                        ring_.replace({});
                    }
                }};
    Connector connector{context_, NamedKey{"client", kKey}};
    std::thread connecting{[&] { (void)connector.connect(relay.local()); }};
    EXPECT_EQ(errorOf([&] { (void)accept()->handshake(); }), "the peer's key is unknown or wrong");
    connecting.join();
}

TEST(StrangeMaster, WithoutKeysIsNamed) {
    boost::asio::io_context context;
    Listener listener{context, {"127.0.0.1", 0}};
    Connector connector{context, NamedKey{"client", kKey}};
    const std::string who = "the master at " + toText(listener.local()) + ": ";
    const auto meet = [&](const std::function<void(Connection&)>& master) {
        std::string error;
        std::thread connecting{
            [&] { error = errorOf([&] { (void)connector.connect(listener.local()); }); }};
        const auto connection = listener.accept();
        std::array<std::byte, 2048> buffer;
        EXPECT_GT(connection->receive(buffer, 10s).size, 0U);
        master(*connection);
        connecting.join();
        return error;
    };
    EXPECT_EQ(meet([](Connection& master) { master.shutdown(); }),
              who + "has closed the connection during the TLS handshake; has it a --key-file?");
    EXPECT_EQ(meet([](Connection& master) { master.send(bytesOf("2026-11-24 15:00:00")); }),
              who + "speaks without keys; this slave requires them");
}

TEST(SecureConnector, GivesUpAtOnceDuringAHandshakeWhenItIsCancelled) {
    boost::asio::io_context context;
    Listener listener{context, {"127.0.0.1", 0}};
    Connector connector{context, NamedKey{"client", kKey}};
    std::thread connecting{[&] {
        EXPECT_NE(errorOf([&] { (void)connector.connect(listener.local()); }), "no error");
    }};
    const auto master = listener.accept();
    std::array<std::byte, 2048> buffer;
    EXPECT_GT(master->receive(buffer, 10s).size, 0U);
    const auto begin = Steady::now();
    connector.cancel();
    connecting.join();
    EXPECT_LT(Steady::now() - begin, 3s);
}

TEST(SecureConnection, KnowsThePeersNameOnTheMastersSide) {
    const ConnectedPair pair{Speech::secret};
    EXPECT_EQ(pair.server_->keyName(), "client");
    EXPECT_EQ(pair.client_->keyName(), std::nullopt);
    EXPECT_TRUE(pair.server_->isKeyCurrent());
    EXPECT_TRUE(pair.client_->isKeyCurrent());
}

TEST(SecureConnection, KnowsWhenThePeersKeyIsTakenAway) {
    ConnectedPair pair{Speech::secret};
    pair.ring_.replace({});
    EXPECT_FALSE(pair.server_->isKeyCurrent());
}

TEST(SecureConnection, SaysNothingOfWhatItCarries) {
    boost::asio::io_context context;
    const KeyRing ring{Keys{{"client", kKey}}};
    Listener listener{context, {"127.0.0.1", 0}, &ring};
    std::string carried;
    Relay relay{listener.local(), [&](Way way, Bytes& bytes, std::size_t) {
                    if (way == Way::toMaster) {
                        carried.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
                    }
                }};
    Connector connector{context, NamedKey{"client", kKey}};
    std::thread connecting{[&] {
        const auto slave = connector.connect(relay.local());
        slave->send(bytesOf("a secret that nobody else reads"));
        slave->shutdown();
    }};
    const auto master = listener.accept();
    EXPECT_TRUE(master->handshake());
    EXPECT_EQ(hear(*master).text, "a secret that nobody else reads");
    connecting.join();
    EXPECT_NE(carried.find("client"), std::string::npos);
    EXPECT_EQ(carried.find("secret"), std::string::npos);
}

/// A slave whose records reach the master as the test wants, after the handshake.
class HeldUpSlaveTest : public testing::Test {
  protected:
    HeldUpSlaveTest() {
        std::thread connecting{[&] { slave_ = connector_.connect(relay_.local()); }};
        master_ = listener_.accept();
        EXPECT_TRUE(master_->handshake());
        connecting.join();
        master_->setRecordPatience(100ms);
    }

    ~HeldUpSlaveTest() override {
        master_->shutdown();
        slave_->shutdown();
    }

    /// The same happens to all that the slave sends from now on.
    void change(std::function<void(Bytes&)> change) {
        const std::lock_guard guard{lock_};
        change_ = std::move(change);
    }

    std::string errorOfReceive(Connection::Patience patience) {
        std::array<std::byte, kFrame> buffer;
        return errorOf([&] { (void)master_->receive(buffer, patience); });
    }

    const std::string tooSlow_ = "began a TLS record and did not finish it within 100ms";
    boost::asio::io_context context_;
    const KeyRing ring_{Keys{{"client", kKey}}};
    Listener listener_{context_, {"127.0.0.1", 0}, &ring_};
    std::mutex lock_;  ///< guards change_
    std::function<void(Bytes&)> change_ = [](Bytes&) {};
    Relay relay_{listener_.local(), [this](Way way, Bytes& bytes, std::size_t) {
                     const std::lock_guard guard{lock_};
                     if (way == Way::toMaster) {
                         change_(bytes);
                     }
                 }};
    Connector connector_{context_, NamedKey{"client", kKey}};
    std::shared_ptr<Connection> slave_, master_;
};

TEST_F(HeldUpSlaveTest, HasNoMoreTimeForARecordThanItIsGiven) {
    change([](Bytes& bytes) { bytes.resize(10); });
    slave_->send(bytesOf(std::string(kFrame, 'a')));
    EXPECT_EQ(errorOfReceive(std::nullopt), tooSlow_);
}

TEST_F(HeldUpSlaveTest, GetsNoMoreTimeWhenLittleOfARecordComesAtATime) {
    change([record = Bytes{}, next = std::size_t{0}](Bytes& bytes) mutable {
        if (record.empty()) {
            record = bytes;
        }
        bytes.assign(1, record[next++ % record.size()]);
    });
    std::atomic<bool> over = false;
    std::jthread dripping{[&] {
        while (!over && slave_->send(bytesOf(std::string(3000, 'a')))) {
            std::this_thread::sleep_for(5ms);
        }
    }};
    EXPECT_EQ(errorOfReceive(std::nullopt), tooSlow_);
    over = true;
}

TEST_F(HeldUpSlaveTest, IsWaitedForNoLongerThanTheReceiverWants) {
    change([](Bytes& bytes) { bytes.resize(10); });
    slave_->send(bytesOf(std::string(kFrame, 'a')));
    master_->setRecordPatience(1h);
    std::array<std::byte, kFrame> buffer;
    EXPECT_EQ(master_->receive(buffer, 50ms).receipt, Receipt::timeout);
    EXPECT_EQ(master_->receive(buffer, 50ms).receipt, Receipt::timeout);
}

TEST_F(HeldUpSlaveTest, HasItsTimeForEachRecordAnew) {
    std::array<std::byte, kFrame> buffer;
    for (int i = 0; i < 3; ++i) {
        slave_->send(bytesOf(std::string(kFrame, 'a')));
        EXPECT_EQ(master_->receive(buffer, 10s).receipt, Receipt::data);
        EXPECT_EQ(master_->receive(buffer, 150ms).receipt, Receipt::timeout);
    }
}

}  // namespace
}  // namespace berkeley
