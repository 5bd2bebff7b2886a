/// Who may join a master with keys, over real sockets.
#include <gtest/gtest.h>

#include <barrier>
#include <thread>

#include "node/nodes.h"

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;

const net::Key kOne(32, 0x11), kTwo(32, 0x22), kThree(32, 0x33);

/// Counts the answers of its master.
class Counter : public Observer {
  public:
    void synchronized(const sync::Change& /*change*/, GroupTime /*now*/,
                      Nanoseconds /*bound*/) override {
        ++told_;
    }
    void toldByLab(HostTime /*told*/) override { ++told_; }

    std::atomic<int> told_ = 0;
};

SlaveConfig configOf(const net::Endpoint& master, const std::string& name, const net::Key& key,
                     bool lab) {
    SlaveConfig config = slaveConfig(master, name);
    config.interval = 50ms;
    config.lab = lab;
    config.key = key;
    return config;
}

class KeyedSlave {
  public:
    KeyedSlave(const net::Endpoint& master, const std::string& name, const net::Key& key,
               bool lab = false)
        : slave_(configOf(master, name, key, lab), {&counter_}) {}

    bool isTold() {
        const int before = counter_.told_;
        return await([&] { return counter_.told_ > before + 1; });
    }

    Counter counter_;
    RunningSlave slave_;
};

class KeysTest : public testing::Test {
  protected:
    static MasterConfig keyedConfig() {
        MasterConfig config = masterConfig(50ms);
        config.keys = net::Keys{{"one", kOne}, {"two", kTwo}};
        return config;
    }

    net::Endpoint local() const { return master_.local(); }

    RunningMaster master_{keyedConfig()};
};

TEST_F(KeysTest, LetASlaveTakePart) {
    KeyedSlave one{local(), "one", kOne};
    EXPECT_TRUE(one.isTold());
    EXPECT_TRUE(master_.says("(one) got connected"));
}

TEST_F(KeysTest, LetASlaveTakePartThatSpeaksTheLabsText) {
    KeyedSlave one{local(), "one", kOne, true};
    EXPECT_TRUE(one.isTold());
    EXPECT_TRUE(master_.says("(lab) got connected"));
}

TEST_F(KeysTest, LetNobodyTakeTheNameOfAnother) {
    Peer impostor{local(), net::NamedKey{"one", kOne}};
    impostor.say(wire::Hello{"two"});
    EXPECT_TRUE(master_.says("says that it is \"two\", but has the key of \"one\""));
    EXPECT_TRUE(impostor.isSentAway());
    EXPECT_FALSE(master_.log_.has("got connected"));
}

TEST_F(KeysTest, KeepOutWhoHasNone) {
    KeyedSlave stranger{local(), "stranger", kThree}, wrong{local(), "two", kThree};
    EXPECT_TRUE(master_.says("the peer's key is unknown or wrong (it calls itself \"stranger\")"));
    EXPECT_TRUE(master_.says("the peer's key is unknown or wrong (it calls itself \"two\")"));
    for (KeyedSlave* slave : {&stranger, &wrong}) {
        EXPECT_TRUE(slave->slave_.says("the peer's key is unknown or wrong"));
        EXPECT_FALSE(slave->slave_.log_.has("connected to the master"));
        EXPECT_EQ(slave->counter_.told_, 0);
    }
}

TEST_F(KeysTest, LeaveOneConnectionOfThoseThatJoinWithThemAtOnce) {
    constexpr std::ptrdiff_t kAtOnce = 4;
    for (int round = 0; round < 20; ++round) {
        std::vector<std::unique_ptr<Peer>> peers(kAtOnce);
        for (auto& peer : peers) {
            peer = std::make_unique<Peer>(local(), net::NamedKey{"one", kOne});
        }
        std::barrier ready{kAtOnce};
        std::vector<std::jthread> joining;
        for (const auto& peer : peers) {
            joining.emplace_back([&ready, &peer] {
                ready.arrive_and_wait();
                peer->say(wire::Hello{"one"});
            });
        }
        joining.clear();
        ASSERT_TRUE(await([&] {
            std::erase_if(peers, [](const auto& peer) { return peer->isSentAwayAtLast(1ms); });
            return peers.size() <= 1;
        }));
        ASSERT_EQ(peers.size(), 1U);
        EXPECT_FALSE(peers.front()->isSentAwayAtLast(10ms));
    }
}

TEST_F(KeysTest, SendAwayWhoseKeyIsTakenAwayAndNobodyElse) {
    KeyedSlave one{local(), "one", kOne}, two{local(), "two", kTwo};
    ASSERT_TRUE(one.isTold() && two.isTold());
    master_.node_.replaceKeys(net::Keys{{"two", kTwo}});
    EXPECT_TRUE(master_.says("(one)'s key was removed"));
    EXPECT_TRUE(one.slave_.says("the peer's key is unknown or wrong"));
    const int told = one.counter_.told_;
    EXPECT_TRUE(two.isTold());
    EXPECT_EQ(one.counter_.told_, told);
    EXPECT_FALSE(master_.log_.has("(two) has left"));
    EXPECT_FALSE(two.slave_.log_.has("trying again"));

    master_.node_.replaceKeys(net::Keys{{"one", kOne}, {"two", kTwo}});
    EXPECT_TRUE(one.isTold());
}

TEST_F(KeysTest, SendAwayWhoHasAnOlderKey) {
    KeyedSlave one{local(), "one", kOne};
    ASSERT_TRUE(one.isTold());
    master_.node_.replaceKeys(net::Keys{{"one", kThree}, {"two", kTwo}});
    EXPECT_TRUE(master_.says("(one)'s key was removed"));
    KeyedSlave renewed{local(), "one", kThree};
    EXPECT_TRUE(renewed.isTold());
}

TEST_F(KeysTest, SendAwayWhoseLabTextComesWithAKeyThatIsTakenAway) {
    KeyedSlave one{local(), "one", kOne, true};
    ASSERT_TRUE(one.isTold());
    master_.node_.replaceKeys(net::Keys{});
    EXPECT_TRUE(master_.says("(lab)'s key was removed"));
}

TEST_F(KeysTest, DoNotLetAHandshakeThatHangsHoldUpTheEnd) {
    const auto hanging = net::Connector{}.connect(local());
    // Who came later is there: so is that one.
    KeyedSlave one{local(), "one", kOne};
    ASSERT_TRUE(one.isTold());
    const auto begin = std::chrono::steady_clock::now();
    master_.node_.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
}

}  // namespace
}  // namespace berkeley::node
