/// The kernel's timestamps over real connections.
#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <thread>

#include "connected_pair.h"

namespace berkeley::net {
namespace {

using namespace std::chrono_literals;

using Frame = std::array<std::byte, 64>;

SystemTime systemNow() {
    return std::chrono::time_point_cast<Nanoseconds>(std::chrono::system_clock::now());
}

/// What the kernel does in its own time is waited for this long.
class Deadline {
  public:
    bool passed() const { return std::chrono::steady_clock::now() > end_; }

  private:
    std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + 10s;
};

struct Path {
    std::string host;
    Speech speech;

    friend void PrintTo(const Path& path, std::ostream* out) {
        *out << (path.host == "::1" ? "IPv6" : "IPv4") << testing::PrintToString(path.speech);
    }
};

class TimestampsTest : public testing::TestWithParam<Path>, protected ConnectedPair {
  protected:
    TimestampsTest() : ConnectedPair(GetParam().speech, GetParam().host) { warmUp(); }

    /// The machine's first timestamps are late.
    void warmUp() {
        const Deadline deadline;
        std::array<std::byte, 256> buffer;
        while (!(stamped(*client_) && stamped(*server_)) && !deadline.passed()) {
            client_->sendStamped(Frame{});
            (void)departureOf(*client_);
            (void)server_->receive(buffer, 10s);
            server_->sendStamped(Frame{});
            (void)departureOf(*server_);
            (void)client_->receive(buffer, 10s);
        }
    }

    static bool stamped(const Connection& connection) {
        return connection.timestamps() == sync::TimestampKind::kernel;
    }

    static std::optional<SystemTime> departureOf(Connection& connection) {
        const Deadline deadline;
        std::optional<SystemTime> departed;
        while (!departed && !deadline.passed()) {
            departed = connection.departed();
        }
        return departed;
    }

    Received receive(Connection& connection) { return connection.receive(buffer_, 10s); }
    /// So many bytes for the server.
    void receiveAll(std::size_t size) {
        while (size > 0) {
            size -= receive(*server_).size;
        }
    }

    std::array<std::byte, 256> buffer_;
};

INSTANTIATE_TEST_SUITE_P(OverLoopback, TimestampsTest,
                         testing::Values(Path{"127.0.0.1", Speech::plain},
                                         Path{"127.0.0.1", Speech::secret},
                                         Path{"::1", Speech::plain}, Path{"::1", Speech::secret}),
                         testing::PrintToStringParamName());

TEST_P(TimestampsTest, AreGivenForBothDirectionsOnBothSides) {
    EXPECT_EQ(client_->timestamps(), sync::TimestampKind::kernel);
    EXPECT_EQ(server_->timestamps(), sync::TimestampKind::kernel);
}

TEST_P(TimestampsTest, LieBetweenSendingAndReceiving) {
    for (int i = 0; i < 100; ++i) {
        const SystemTime sending = systemNow();
        ASSERT_TRUE(client_->sendStamped(Frame{}));
        const Received received = receive(*server_);
        const SystemTime read = systemNow();
        const auto departed = departureOf(*client_);
        ASSERT_TRUE(departed && received.arrived);
        EXPECT_LE(sending, *departed);
        EXPECT_LE(*departed, *received.arrived);
        EXPECT_LE(*received.arrived, read);
    }
}

TEST_P(TimestampsTest, BelongToTheFrameSentStampedLastWhateverIsSentAroundIt) {
    client_->sendStamped(Frame{});
    client_->send(Frame{});
    const SystemTime before = systemNow();
    client_->sendStamped(Frame{});
    const SystemTime after = systemNow();
    client_->send(Frame{});
    const auto departed = departureOf(*client_);
    ASSERT_TRUE(departed);
    EXPECT_GE(*departed, before);
    // The frame leaves while it is sent, as nothing holds it up.
    EXPECT_LE(*departed, after + 1ms);
}

TEST_P(TimestampsTest, AreNotGivenForWhatWasNotTheLastInTheQueueAndAgainOnceItIsEmpty) {
    for (int i = 0; i < 3; ++i) {
        client_->send(Frame{});
    }
    Frame one;
    EXPECT_FALSE(server_->receive(one, 10s).arrived);
    receiveAll(2 * sizeof(Frame));
    client_->send(Frame{});
    EXPECT_TRUE(receive(*server_).arrived);
}

TEST_P(TimestampsTest, ThatNobodyTookDoNotEndTheWaitForBytes) {
    client_->sendStamped(Frame{});
    const auto begin = std::chrono::steady_clock::now();
    EXPECT_EQ(client_->receive(buffer_, 20ms).receipt, Receipt::timeout);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, 20ms);
    server_->send(Frame{});
    EXPECT_EQ(client_->receive(buffer_, std::nullopt).receipt, Receipt::data);
}

TEST_P(TimestampsTest, OfFramesSentPlainlyDoNotPileUp) {
    // As many as would fill the buffer for what is received, if each left a timestamp in it.
    for (int i = 0; i < 2'000; ++i) {
        client_->send(Frame{});
        receiveAll(sizeof(Frame));
    }
    server_->send(Frame{});
    EXPECT_EQ(receive(*client_).size, sizeof(Frame));
}

TEST_P(TimestampsTest, StayRightWhileAnotherThreadSends) {
    std::atomic<bool> stop = false;
    std::jthread sending{[&] {
        while (!stop) {
            client_->send(Frame{});
            std::this_thread::yield();
        }
    }};
    std::jthread receiving{[&] {
        std::array<std::byte, 256> buffer;
        while (server_->receive(buffer, std::nullopt).receipt == Receipt::data) {
        }
    }};
    for (int i = 0; i < 200; ++i) {
        const SystemTime before = systemNow();
        ASSERT_TRUE(client_->sendStamped(Frame{}));
        const auto departed = departureOf(*client_);
        ASSERT_TRUE(departed);
        EXPECT_GE(*departed, before);
        EXPECT_LE(*departed, systemNow());
    }
    stop = true;
    server_->shutdown();
}

}  // namespace
}  // namespace berkeley::net
