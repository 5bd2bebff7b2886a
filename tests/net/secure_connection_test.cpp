/// Connections with keys over real sockets, with whoever may be at the other end.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <functional>
#include <thread>

#include "relay.h"
#include "support/errors.h"

namespace berkeley::net {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

/// The first byte that the peer says.
std::byte firstFrom(Connection& peer) {
    std::array<std::byte, 2048> buffer{};
    EXPECT_EQ(peer.receive(buffer, 10s).receipt, Receipt::data);
    return buffer[0];
}

class StrangeSlaveTest : public testing::Test {
  protected:
    std::shared_ptr<Connection> accept() { return listener_.accept(); }

    KeyRing ring_{Keys{{"client", kKey}}};
    Listener listener_{{"127.0.0.1", 0}, &ring_};
    Connector plain_;
};

TEST_F(StrangeSlaveTest, WithAnotherKeyIsRefusedAndBothSidesSayWhy) {
    Connector stranger{NamedKey{"client", kOtherKey}};
    std::string slave;
    std::thread connecting{
        [&] { slave = errorOf([&] { return stranger.connect(listener_.local()); }); }};
    EXPECT_EQ(errorOf([&] { return accept()->handshake(); }),
              "the peer's key is unknown or wrong (it calls itself \"client\")");
    connecting.join();
    EXPECT_EQ(slave, "the master at " + toText(listener_.local()) +
                         ": the peer's key is unknown or wrong");
}

TEST_F(StrangeSlaveTest, WithoutAKeyIsRefusedAndHearsThatTlsIsSpoken) {
    const auto slave = plain_.connect(listener_.local());
    slave->send(bytesOf("\xBE\x01"));
    const auto master = accept();
    EXPECT_EQ(errorOf([&] { return master->handshake(); }),
              "speaks without keys; this master requires them");
    EXPECT_EQ(firstFrom(*slave), std::byte{0x15});
}

TEST_F(StrangeSlaveTest, ThatSaysNothingIsWaitedForForSoLongAndNoLonger) {
    const auto slave = plain_.connect(listener_.local());
    const auto begin = Steady::now();
    EXPECT_EQ(errorOf([&] { return accept()->handshake(50ms); }),
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
    EXPECT_EQ(errorOf([&] { return accept()->handshake(100ms); }),
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
    Connector connector{NamedKey{"client", kKey}};
    std::thread connecting{[&] { (void)connector.connect(relay.local()); }};
    EXPECT_EQ(errorOf([&] { return accept()->handshake(); }), "the peer's key is unknown or wrong");
    connecting.join();
}

TEST(StrangeMaster, WithoutKeysIsNamed) {
    Listener listener{{"127.0.0.1", 0}};
    Connector connector{NamedKey{"client", kKey}};
    const std::string who = "the master at " + toText(listener.local()) + ": ";
    const auto meet = [&](const std::function<void(Connection&)>& master) {
        std::string error;
        std::thread connecting{
            [&] { error = errorOf([&] { return connector.connect(listener.local()); }); }};
        const auto connection = listener.accept();
        (void)firstFrom(*connection);
        master(*connection);
        connecting.join();
        return error;
    };
    EXPECT_EQ(
        meet([](Connection& master) { master.shutdown(); }),
        who + "has closed the connection during the TLS handshake; does it have a --key-file?");
    EXPECT_EQ(meet([](Connection& master) { master.send(bytesOf("2026-11-24 15:00:00")); }),
              who + "speaks without keys; this slave requires them");
}

TEST(SecureConnector, GivesUpAtOnceDuringAHandshakeWhenItIsCancelled) {
    Listener listener{{"127.0.0.1", 0}};
    Connector connector{NamedKey{"client", kKey}};
    std::thread connecting{
        [&] { EXPECT_NE(errorOf([&] { return connector.connect(listener.local()); }), ""); }};
    const auto master = listener.accept();
    (void)firstFrom(*master);
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

}  // namespace
}  // namespace berkeley::net
