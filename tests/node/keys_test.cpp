/// Who may join a master with keys, over real sockets.
#include <gtest/gtest.h>

#include <array>
#include <barrier>
#include <thread>

#include "berkeley/node/master_node.h"
#include "berkeley/node/slave_node.h"
#include "berkeley/wire/native.h"
#include "node/log.h"

namespace berkeley {
namespace {

using namespace std::chrono_literals;

constexpr double kMaxSlewPpb = 500'000;
const Key kOne(32, 0x11), kTwo(32, 0x22), kThree(32, 0x33);

class Slave {
  public:
    Slave(const Endpoint& master, const std::string& name, const Key& key, bool lab = false)
        : node_({.masters = {master},
                 .interval = 50ms,
                 .name = name,
                 .lab = lab,
                 .rememberedPpb = {},
                 .key = key},
                {.synchronized = [this](auto&&...) { ++told_; },
                 .toldByLab = [this](auto&&...) { ++told_; }},
                clock_, log_.logger()) {
        node_.initiateSlaveClient();
    }

    bool isTold() {
        const int before = told_;
        return await([&] { return told_ > before + 1; });
    }

    Log log_;
    std::atomic<int> told_ = 0;
    SteeredClock clock_{HostClock{}, kMaxSlewPpb};
    SlaveNode node_;
};

class KeysTest : public testing::Test {
  protected:
    KeysTest() {
        MasterConfig config;
        config.listen = {"127.0.0.1", 0};
        config.interval = 50ms;
        config.keys = Keys{{"one", kOne}, {"two", kTwo}};
        node_.emplace(config,
                      MasterEvents{.cycleStarted = [](auto, auto) {},
                                   .cycleEnded = [](const auto&) {},
                                   .cycleSkipped = [](auto, auto) {},
                                   .finished = [] {}},
                      clock_, log_.logger());
        node_->initiateClockServer();
    }

    Endpoint local() const { return node_->local(); }
    bool masterSays(const std::string& text) {
        return await([&] { return log_.has(text); });
    }

    Log log_;
    SteeredClock clock_{HostClock{}, kMaxSlewPpb};
    std::optional<MasterNode> node_;
};

TEST_F(KeysTest, LetASlaveTakePart) {
    Slave one{local(), "one", kOne};
    EXPECT_TRUE(one.isTold());
    EXPECT_TRUE(masterSays("(one) got connected"));
}

TEST_F(KeysTest, LetASlaveTakePartThatSpeaksTheLabsText) {
    Slave one{local(), "one", kOne, true};
    EXPECT_TRUE(one.isTold());
    EXPECT_TRUE(masterSays("(lab) got connected"));
}

TEST_F(KeysTest, LetNobodyTakeTheNameOfAnother) {
    boost::asio::io_context context;
    Connector connector{context, NamedKey{"one", kOne}};
    const auto impostor = connector.connect(local());
    impostor->send(encode(Hello{"two", {}}));
    EXPECT_TRUE(masterSays("says that it is \"two\", but has the key of \"one\""));
    std::array<std::byte, 64> buffer;
    EXPECT_EQ(impostor->receive(buffer, 10s).receipt, Receipt::closed);
    EXPECT_FALSE(log_.has("got connected"));
}

TEST_F(KeysTest, KeepOutWhoHasNone) {
    Slave stranger{local(), "stranger", kThree}, wrong{local(), "two", kThree};
    EXPECT_TRUE(masterSays("the peer's key is unknown or wrong (it calls itself \"stranger\")"));
    EXPECT_TRUE(masterSays("the peer's key is unknown or wrong (it calls itself \"two\")"));
    for (Slave* slave : {&stranger, &wrong}) {
        EXPECT_TRUE(await([&] { return slave->log_.has("the peer's key is unknown or wrong"); }));
        EXPECT_FALSE(slave->log_.has("connected to the master"));
        EXPECT_EQ(slave->told_, 0);
    }
}

/// Hears all that it says, until it says nothing for so long.
bool hasClosed(Connection& master, std::chrono::milliseconds patience) {
    std::array<std::byte, 1024> buffer;
    Receipt receipt{};
    do {
        receipt = master.receive(buffer, patience).receipt;
    } while (receipt == Receipt::data);
    return receipt == Receipt::closed;
}

TEST_F(KeysTest, LeaveOneConnectionOfThoseThatJoinWithThemAtOnce) {
    constexpr std::ptrdiff_t kAtOnce = 4;
    boost::asio::io_context context;
    Connector connector{context, NamedKey{"one", kOne}};
    for (int round = 0; round < 20; ++round) {
        std::vector<std::shared_ptr<Connection>> masters(kAtOnce);
        for (auto& master : masters) {
            master = connector.connect(local());
        }
        std::barrier ready{kAtOnce};
        std::vector<std::jthread> joining;
        for (const auto& master : masters) {
            joining.emplace_back([&ready, &master] {
                ready.arrive_and_wait();
                master->send(encode(Hello{"one", {}}));
            });
        }
        joining.clear();
        const auto closed = [](const auto& master) { return hasClosed(*master, 1ms); };
        ASSERT_TRUE(await([&] {
            std::erase_if(masters, closed);
            return masters.size() <= 1;
        }));
        ASSERT_EQ(masters.size(), 1U);
        EXPECT_FALSE(hasClosed(*masters.front(), 50ms));
        masters.front()->shutdown();
    }
}

TEST_F(KeysTest, SendAwayWhoseKeyIsTakenAwayAndNobodyElse) {
    Slave one{local(), "one", kOne}, two{local(), "two", kTwo};
    ASSERT_TRUE(one.isTold() && two.isTold());
    node_->replaceKeys(Keys{{"two", kTwo}});
    EXPECT_TRUE(masterSays("(one)'s key was taken away"));
    EXPECT_TRUE(await([&] { return one.log_.has("the peer's key is unknown or wrong"); }));
    const int told = one.told_;
    EXPECT_TRUE(two.isTold());
    EXPECT_EQ(one.told_, told);
    EXPECT_FALSE(log_.has("(two) has left"));
    EXPECT_FALSE(two.log_.has("trying again"));

    node_->replaceKeys(Keys{{"one", kOne}, {"two", kTwo}});
    EXPECT_TRUE(one.isTold());
}

TEST_F(KeysTest, SendAwayWhoHasAnOlderKey) {
    Slave one{local(), "one", kOne};
    ASSERT_TRUE(one.isTold());
    node_->replaceKeys(Keys{{"one", kThree}, {"two", kTwo}});
    EXPECT_TRUE(masterSays("(one)'s key was taken away"));
    Slave renewed{local(), "one", kThree};
    EXPECT_TRUE(renewed.isTold());
}

TEST_F(KeysTest, SendAwayWhoseLabTextComesWithAKeyThatIsTakenAway) {
    Slave one{local(), "one", kOne, true};
    ASSERT_TRUE(one.isTold());
    node_->replaceKeys(Keys{});
    EXPECT_TRUE(masterSays("(lab)'s key was taken away"));
}

TEST_F(KeysTest, DoNotLetAHandshakeThatHangsHoldUpTheEnd) {
    boost::asio::io_context context;
    Connector connector{context};
    const auto silent = connector.connect(local());
    std::this_thread::sleep_for(20ms);
    const auto begin = std::chrono::steady_clock::now();
    node_->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
}

}  // namespace
}  // namespace berkeley
