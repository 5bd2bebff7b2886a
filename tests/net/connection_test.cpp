#include "berkeley/net/connection.h"

#include <gtest/gtest.h>

#include <array>
#include <string_view>
#include <thread>

namespace berkeley {
namespace {

using namespace std::chrono_literals;

std::span<const std::byte> bytesOf(std::string_view text) { return std::as_bytes(std::span{text}); }

class ConnectionTest : public testing::Test {
  protected:
    ConnectionTest() {
        std::thread connecting{[&] { client_ = connector_.connect(listener_.local()); }};
        server_ = listener_.accept();
        connecting.join();
    }

    std::string receive(Connection& connection) {
        std::array<std::byte, 64> buffer;
        const Received received = connection.receive(buffer, 10s);
        return {reinterpret_cast<const char*>(buffer.data()), received.size};
    }

    boost::asio::io_context context_;
    Listener listener_{context_, {"127.0.0.1", 0}};
    Connector connector_{context_};
    std::shared_ptr<Connection> client_, server_;
};

TEST_F(ConnectionTest, CarriesBytesBothWays) {
    EXPECT_TRUE(client_->send(bytesOf("there")));
    EXPECT_EQ(receive(*server_), "there");
    EXPECT_TRUE(server_->send(bytesOf("back")));
    EXPECT_EQ(receive(*client_), "back");
    EXPECT_EQ(server_->peer().host, "127.0.0.1");
}

TEST_F(ConnectionTest, TellsSilenceFromAnEnd) {
    std::array<std::byte, 64> buffer;
    EXPECT_EQ(server_->receive(buffer, 1ms).receipt, Receipt::timeout);
    client_->shutdown();
    EXPECT_EQ(server_->receive(buffer, 10s).receipt, Receipt::closed);
}

TEST_F(ConnectionTest, ShutdownWakesABlockedReceiver) {
    std::thread waking{[&] { server_->shutdown(); }};
    std::array<std::byte, 64> buffer;
    EXPECT_EQ(server_->receive(buffer, std::nullopt).receipt, Receipt::closed);
    waking.join();
}

TEST_F(ConnectionTest, DropsAPeerThatDoesNotReadInsteadOfWaitingForIt) {
    const std::string much(1 << 16, 'x');
    int sent = 0;
    while (sent < 10'000 && server_->send(bytesOf(much))) {
        ++sent;
    }
    EXPECT_LT(sent, 10'000);
    EXPECT_FALSE(server_->send(bytesOf("more")));
}

TEST_F(ConnectionTest, KnowsItsRoundTrip) {
    client_->send(bytesOf("x"));
    receive(*server_);
    EXPECT_GT(client_->roundTrip(), 0ns);
    EXPECT_LT(client_->roundTrip(), 10s);
}

TEST(Listener, ShutdownWakesABlockedAccept) {
    boost::asio::io_context context;
    Listener listener{context, {"127.0.0.1", 0}};
    std::thread waking{[&] { listener.shutdown(); }};
    EXPECT_EQ(listener.accept(), nullptr);
    waking.join();
}

TEST(Listener, NamesThePortThatIsInUse) {
    boost::asio::io_context context;
    const Listener first{context, {"127.0.0.1", 0}};
    try {
        const Listener second{context, first.local()};
        FAIL() << "two listeners on one port";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find(toText(first.local())), std::string::npos);
        EXPECT_NE(std::string{error.what()}.find("--port"), std::string::npos);
    }
}

TEST(Connector, NamesTheMasterThatIsNotThere) {
    boost::asio::io_context context;
    Endpoint nobody;
    { nobody = Listener{context, {"127.0.0.1", 0}}.local(); }
    Connector connector{context};
    try {
        connector.connect(nobody);
        FAIL() << "connected to nobody";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find(toText(nobody)), std::string::npos);
    }
}

TEST(Connector, NamesTheHostThatIsUnknown) {
    boost::asio::io_context context;
    Connector connector{context};
    try {
        connector.connect({"no-such-host.invalid", 8080});
        FAIL() << "found a host that cannot be";
    } catch (const std::runtime_error& error) {
        EXPECT_NE(std::string{error.what()}.find("no-such-host.invalid"), std::string::npos);
    }
}

TEST(Connector, ConnectsNowhereOnceItIsCancelled) {
    boost::asio::io_context context;
    const Listener listener{context, {"127.0.0.1", 0}};
    Connector connector{context};
    connector.cancel();
    EXPECT_EQ(connector.connect(listener.local()), nullptr);
    connector.cancel();
    EXPECT_EQ(connector.connect(listener.local()), nullptr);
}

TEST(Endpoint, BracketsAnIpv6Address) {
    EXPECT_EQ(toText(Endpoint{"::1", 8080}), "[::1]:8080");
    EXPECT_EQ(toText(Endpoint{"master", 8080}), "master:8080");
}

}  // namespace
}  // namespace berkeley
