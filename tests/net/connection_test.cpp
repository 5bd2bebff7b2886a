#include "net/connection.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <thread>

#include "connected_pair.h"
#include "support/errors.h"

namespace berkeley::net {
namespace {

using namespace std::chrono_literals;

class ConnectionTest : public testing::TestWithParam<Speech>, protected ConnectedPair {
  protected:
    ConnectionTest() : ConnectedPair(GetParam()) {}

    std::string receive(Connection& connection) {
        std::array<std::byte, 64> buffer;
        const Received received = connection.receive(buffer, 10s);
        return {reinterpret_cast<const char*>(buffer.data()), received.size};
    }
};

INSTANTIATE_TEST_SUITE_P(Speaking, ConnectionTest, testing::Values(Speech::plain, Speech::secret),
                         testing::PrintToStringParamName());

TEST_P(ConnectionTest, CarriesBytesBothWays) {
    EXPECT_TRUE(client_->send(bytesOf("there")));
    EXPECT_EQ(receive(*server_), "there");
    EXPECT_TRUE(server_->send(bytesOf("back")));
    EXPECT_EQ(receive(*client_), "back");
    EXPECT_EQ(server_->peer().host, "127.0.0.1");
}

TEST_P(ConnectionTest, TellsSilenceFromAnEnd) {
    std::array<std::byte, 64> buffer;
    EXPECT_EQ(server_->receive(buffer, 1ms).receipt, Receipt::timeout);
    client_->shutdown();
    EXPECT_EQ(server_->receive(buffer, 10s).receipt, Receipt::closed);
}

TEST_P(ConnectionTest, ShutdownWakesABlockedReceiver) {
    std::thread waking{[&] { server_->shutdown(); }};
    std::array<std::byte, 64> buffer;
    EXPECT_EQ(server_->receive(buffer, std::nullopt).receipt, Receipt::closed);
    waking.join();
}

TEST_P(ConnectionTest, DropsAPeerThatDoesNotReadInsteadOfWaitingForIt) {
    const std::string much(1 << 16, 'x');
    int sent = 0;
    while (sent < 10'000 && server_->send(bytesOf(much))) {
        ++sent;
    }
    EXPECT_LT(sent, 10'000);
    EXPECT_TRUE(server_->wasDeaf());
    EXPECT_FALSE(server_->send(bytesOf("more")));
}

TEST_P(ConnectionTest, IsNoDeafOneWhenThePeerHasGone) {
    client_.reset();
    while (server_->send(bytesOf("x"))) {
    }
    EXPECT_FALSE(server_->wasDeaf());
}

TEST_P(ConnectionTest, GivesWhatWasSentAtOnceInAsManyPiecesAsTheReaderWants) {
    std::string sent(40'000, ' ');
    for (std::size_t i = 0; i < sent.size(); ++i) {
        sent[i] = static_cast<char>('a' + i % 26);
    }
    ASSERT_TRUE(client_->send(bytesOf(sent)));
    std::string received;
    while (received.size() < sent.size()) {
        received += receive(*server_);
    }
    EXPECT_EQ(received, sent);
}

TEST_P(ConnectionTest, LetsManyThreadsSendWhileOneReceives) {
    constexpr int kThreads = 4, kEach = 50;
    const auto talk = [](Connection& connection, char letter) {
        const std::string frame(64, letter);
        for (int i = 0; i < kEach; ++i) {
            EXPECT_TRUE(connection.send(bytesOf(frame)));
        }
    };
    const auto listen = [](Connection& connection) {
        std::string all;
        std::array<std::byte, 256> buffer;
        while (all.size() < 64 * kThreads * kEach) {
            const Received received = connection.receive(buffer, 10s);
            ASSERT_EQ(received.receipt, Receipt::data);
            all.append(reinterpret_cast<const char*>(buffer.data()), received.size);
        }
        for (std::size_t frame = 0; frame < all.size(); frame += 64) {
            EXPECT_EQ(all.substr(frame, 64), std::string(64, all[frame]));
        }
    };
    std::vector<std::jthread> threads;
    for (Connection* connection : {client_.get(), server_.get()}) {
        for (char letter = 'a'; letter < 'a' + kThreads; ++letter) {
            threads.emplace_back(talk, std::ref(*connection), letter);
        }
        threads.emplace_back(listen, std::ref(*connection));
    }
}

TEST_P(ConnectionTest, KnowsItsRoundTrip) {
    client_->send(bytesOf("x"));
    receive(*server_);
    EXPECT_GT(client_->roundTrip(), 0ns);
    EXPECT_LT(client_->roundTrip(), 10s);
}

TEST(Listener, ShutdownWakesABlockedAccept) {
    Listener listener{{"127.0.0.1", 0}};
    std::thread waking{[&] { listener.shutdown(); }};
    EXPECT_EQ(listener.accept(), nullptr);
    waking.join();
}

/// How many bytes are taken for a peer that does not read, but for those in its own buffer.
std::size_t keptFor(int unreadBytes) {
    boost::asio::io_context context;
    Listener listener{{"127.0.0.1", 0}, nullptr, unreadBytes};
    boost::asio::ip::tcp::socket deaf{context, boost::asio::ip::tcp::v4()};
    deaf.set_option(boost::asio::socket_base::receive_buffer_size{1});
    deaf.connect({boost::asio::ip::address_v4::loopback(), listener.local().port});
    const auto server = listener.accept();
    const std::string frame(64, 'x');
    std::size_t kept = 0;
    while (server->send(bytesOf(frame))) {
        kept += frame.size();
    }
    return kept;
}

TEST(Listener, KeepsSoMuchForAPeerThatDoesNotReadAndNoMore) {
    EXPECT_LT(keptFor(4 * 1024), std::size_t{24 * 1024});
    EXPECT_GT(keptFor(64 * 1024), std::size_t{32 * 1024});
}

/// Takes all descriptors that this process may have, which are not many then, and gives them back.
class NoDescriptors {
  public:
    NoDescriptors() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        const rlimit few{.rlim_cur = 64, .rlim_max = before_.rlim_max};
        ::setrlimit(RLIMIT_NOFILE, &few);
        for (int taken = ::dup(0); taken >= 0; taken = ::dup(0)) {
            taken_.push_back(taken);
        }
    }
    ~NoDescriptors() {
        for (const int taken : taken_) {
            ::close(taken);
        }
        ::setrlimit(RLIMIT_NOFILE, &before_);
    }
    NoDescriptors(const NoDescriptors&) = delete;
    NoDescriptors& operator=(const NoDescriptors&) = delete;

  private:
    rlimit before_{};
    std::vector<int> taken_;
};

TEST(Listener, RefusesThoseThatWaitWhenThereAreNoDescriptors) {
    using boost::asio::ip::tcp;
    boost::asio::io_context context;
    Listener listener{{"127.0.0.1", 0}};
    const tcp::endpoint address{boost::asio::ip::address_v4::loopback(), listener.local().port};
    std::vector<tcp::socket> waiting;
    for (int i = 0; i < 3; ++i) {
        waiting.emplace_back(context, tcp::v4()).connect(address);
    }
    {
        const NoDescriptors none;
        EXPECT_TRUE(has(errorOf([&] { return listener.accept(); }), "refused 3 connections"));
    }
    for (tcp::socket& refused : waiting) {
        char byte = 0;
        boost::system::error_code error;
        refused.read_some(boost::asio::buffer(&byte, 1), error);
        EXPECT_EQ(error, boost::asio::error::eof);
    }
    tcp::socket later{context, tcp::v4()};
    later.connect(address);
    EXPECT_TRUE(listener.accept());
}

TEST(Listener, ShutdownEndsTheWaitForADescriptor) {
    Listener listener{{"127.0.0.1", 0}};
    const NoDescriptors none;
    std::thread waking{[&] { listener.shutdown(); }};
    EXPECT_EQ(listener.accept(), nullptr);
    waking.join();
}

TEST(Listener, NamesThePortThatIsInUse) {
    const Listener first{{"127.0.0.1", 0}};
    const std::string error = errorOf([&] { return Listener{first.local()}; });
    EXPECT_TRUE(has(error, toText(first.local())));
    EXPECT_TRUE(has(error, "--port"));
}

TEST(Connector, NamesTheMasterThatIsNotThere) {
    const Endpoint nobody = Listener{{"127.0.0.1", 0}}.local();
    EXPECT_TRUE(has(errorOf([&] { return Connector{}.connect(nobody); }), toText(nobody)));
}

TEST(Connector, NamesTheHostThatIsUnknown) {
    const Endpoint unknown{"no-such-host.invalid", 8080};
    EXPECT_TRUE(has(errorOf([&] { return Connector{}.connect(unknown); }), unknown.host));
}

TEST(Connector, ConnectsNowhereOnceItIsCancelled) {
    const Listener listener{{"127.0.0.1", 0}};
    Connector connector;
    connector.cancel();
    EXPECT_EQ(connector.connect(listener.local()), nullptr);
    connector.cancel();
    EXPECT_EQ(connector.connect(listener.local()), nullptr);
}

}  // namespace
}  // namespace berkeley::net
