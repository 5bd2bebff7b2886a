/// What a master that has others makes of those who connect to it, over real sockets.
#include "node/failover_node.h"

#include <gtest/gtest.h>

#include <new>
#include <utility>

#include "node/nodes.h"
#include "node/observers.h"

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kInterval = 100ms;
const net::Key kOne(32, 0x11), kFirst(32, 0x22), kSecond(32, 0x33);

std::vector<net::Endpoint> freeEndpoints(std::size_t count) {
    std::vector<std::unique_ptr<net::Listener>> listeners;
    std::vector<net::Endpoint> endpoints;
    for (std::size_t i = 0; i < count; ++i) {
        listeners.push_back(std::make_unique<net::Listener>(kAnyPort));
        endpoints.push_back(listeners.back()->local());
    }
    return endpoints;
}

/// One of several masters, which announces itself to no other until it has a FailoverNode.
class OneOfSeveral {
  public:
    OneOfSeveral(const std::vector<net::Endpoint>& masters, sync::Rank self,
                 std::optional<net::Keys> keys = {})
        : leadership_(std::make_shared<Leadership>(MasterRanks{masters, self},
                                                   FailoverNode::patienceFor(kInterval))),
          master_(configOf(masters[self], std::move(keys)), {&onCycle_}) {}

    void takePart(Observers observers = {}) {
        failover_.emplace(FailoverConfig{.interval = kInterval}, *leadership_, master_.node_,
                          std::move(observers), master_.clock_, master_.log_.logger());
        failover_->start();
    }

    /// As a process that ends.
    void end() {
        failover_.reset();
        master_.node_.stop();
    }

    bool says(const std::string& text) { return master_.says(text); }
    bool hasHeardTheSecond() const {
        return leadership_->announcementTo(1).announcement.answers.has_value();
    }
    bool leads() {
        return await([&] { return leadership_->mayAct(); });
    }

    std::atomic<std::uint32_t> cycle_ = 0;
    OnCycle onCycle_{[this](const auto& status) { cycle_ = status.cycle; }};
    std::shared_ptr<Leadership> leadership_;
    RunningMaster master_;
    std::optional<FailoverNode> failover_;

  private:
    MasterConfig configOf(const net::Endpoint& listen, std::optional<net::Keys> keys) const {
        MasterConfig config = masterConfig(kInterval);
        config.listen = listen;
        config.group.masterName = MasterRanks::nameOf(leadership_->ranks().self);
        config.leadership = leadership_;
        config.keys = std::move(keys);
        return config;
    }
};

class FailoverTest : public testing::Test {
  protected:
    /// What the other master would say.
    wire::MasterAnnouncement fromTheSecond() const {
        return Leadership{MasterRanks{masters_, 1}, 1s}.announcementTo(0);
    }

    wire::Message toTheSecond() const { return wire::Redirect{masters_[1].host, masters_[1].port}; }

    SlaveConfig slaveOfBoth() const {
        SlaveConfig config = slaveConfig(masters_[0], "one");
        config.masters = masters_;
        return config;
    }

    const std::vector<net::Endpoint> masters_ = freeEndpoints(2);
};

TEST_F(FailoverTest, ASlavesKeyAnnouncesNoMaster) {
    OneOfSeveral first{masters_, 0,
                       net::Keys{{"master-1", kFirst}, {"master-2", kSecond}, {"one", kOne}}};
    Peer slave{masters_[0], net::NamedKey{"one", kOne}};
    slave.say(fromTheSecond());
    EXPECT_TRUE(slave.isSentAway());
    EXPECT_TRUE(first.says("says that it is \"master-2\", but has the key of \"one\""));
}

TEST_F(FailoverTest, AMastersKeyAnnouncesThatMasterAlone) {
    OneOfSeveral first{masters_, 0, net::Keys{{"master-1", kFirst}, {"master-2", kSecond}}};
    Peer second{masters_[0], net::NamedKey{"master-2", kSecond}};
    second.say(fromTheSecond());
    EXPECT_TRUE(await([&] { return first.hasHeardTheSecond(); }));

    wire::MasterAnnouncement announcement = fromTheSecond();
    announcement.announcement.from = 2;
    second.say(announcement);
    EXPECT_TRUE(second.isSentAway());
    EXPECT_TRUE(first.says("says that it is \"master-3\", but has the key of \"master-2\""));
}

TEST_F(FailoverTest, ASlaveIsNoMasterAndAMasterNoSlave) {
    OneOfSeveral first{masters_, 0};
    first.leadership_->carryOut(0);
    Peer slave{masters_[0]};
    slave.say(wire::Hello{"one"});
    EXPECT_EQ(slave.hear(), wire::Message{wire::Welcome{kInterval}});
    slave.say(fromTheSecond());
    EXPECT_TRUE(slave.isSentAway());
    EXPECT_TRUE(first.says("announced a master, but said hello as a slave"));
}

TEST_F(FailoverTest, AStandbySendsSlavesToTheActiveMasterAndHearsThemNoMore) {
    for (const std::optional<sync::Rank> active :
         {std::optional<sync::Rank>{1}, std::optional<sync::Rank>{}}) {
        OneOfSeveral first{masters_, 0};
        first.leadership_->carryOut(active);
        Peer slave{masters_[0]};
        slave.say(wire::Hello{"one"});
        EXPECT_EQ(slave.hear(), active ? toTheSecond() : wire::Message{wire::Redirect{}});
        EXPECT_TRUE(slave.isSentAway());
        EXPECT_FALSE(first.master_.log_.has("got connected"));
    }
}

TEST_F(FailoverTest, AMasterThatIsAboutToBecomeActiveSendsNobodyToTheFormerOne) {
    Leadership leadership{MasterRanks{masters_, 0}, 200ms};
    leadership.carryOut(1);
    EXPECT_TRUE(await([&] {
        return leadership.look() == sync::Rank{0} &&
               leadership.greeting(kInterval) == wire::Message{wire::Redirect{}};
    }));
}

TEST_F(FailoverTest, SlavesAreSentOnByAMasterThatGivesUp) {
    OneOfSeveral first{masters_, 0};
    first.leadership_->carryOut(0);
    Peer slave{masters_[0]};
    slave.say(wire::Hello{"one"});
    EXPECT_EQ(slave.hear(), wire::Message{wire::Welcome{kInterval}});
    first.leadership_->carryOut(1);
    first.master_.node_.standBy();
    EXPECT_EQ(slave.hear(), toTheSecond());
    EXPECT_TRUE(slave.isSentAway());
}

TEST_F(FailoverTest, AMasterThatMeetsOneThatLeadsMoreSaysSoAndStandsBy) {
    OneOfSeveral first{masters_, 0};
    Leadership second{MasterRanks{masters_, 1}, FailoverNode::patienceFor(kInterval)};
    second.know(1, 1);
    first.takePart();
    ASSERT_TRUE(first.leads());
    ASSERT_TRUE(await([&] { return second.look() == sync::Rank{1}; }));
    EXPECT_TRUE(await([&] {
        second.heard(first.leadership_->announcementTo(1));
        second.cycleBegins();
        second.cycleEnded(6);
        first.leadership_->heard(second.announcementTo(0));
        return first.master_.log_.has(
            "master-2 leads 6 clocks in term 2; this master led 1 in term 1 and now stands by");
    }));
    EXPECT_TRUE(first.says("master-2 is active; following it"));
    EXPECT_FALSE(first.leadership_->isActive());
    EXPECT_EQ(second.look(), sync::Rank{1});
    EXPECT_EQ(second.term(), 2U);
}

TEST_F(FailoverTest, AMasterThatLeadsSaysHowManyHaveAnswered) {
    OneOfSeveral first{masters_, 0};
    first.takePart();
    ASSERT_TRUE(first.leads());
    RunningSlave slave{slaveOfBoth()};
    const auto members = [&] {
        return first.leadership_->announcementTo(1).announcement.claim.members;
    };
    EXPECT_TRUE(await([&] { return members() == 2U; }));
    slave.node_.stop();
    EXPECT_TRUE(await([&] { return members() == 1U; }));
}

TEST_F(FailoverTest, AMasterThatCannotLeadSaysWhyStandsByAndTriesAgain) {
    class : public Observer {
        void roleChanged(bool active) override {
            if (active && !std::exchange(failed_, true)) {
                throw std::bad_alloc{};
            }
        }
        bool failed_ = false;
    } failing;
    OneOfSeveral first{masters_, 0};
    first.takePart({&failing});
    EXPECT_TRUE(first.says("to look which master is active: std::bad_alloc; trying again"));
    EXPECT_TRUE(first.says("standing by"));
    EXPECT_TRUE(first.says("master-1 is active now"));
}

TEST_F(FailoverTest, TheGroupGoesOnWithTheTimeThatItHad) {
    OneOfSeveral first{masters_, 0}, second{masters_, 1};
    first.takePart();
    second.takePart();
    ASSERT_TRUE(first.leads());
    struct Steps : Observer {
        void synchronized(const sync::Change& change, GroupTime /*now*/,
                          Nanoseconds /*bound*/) override {
            steps_ += change.manner == sync::Manner::set ? 1 : 0;
        }
        std::atomic<int> steps_ = 0;
    } told;
    const RunningSlave slave{slaveOfBoth(), {&told}, host::HostClock{250ms, 40'000}};
    const auto cycleOfSlave = [&] { return slave.clock_.state().cycle; };
    ASSERT_TRUE(
        await([&] { return second.master_.clock_.state().synchronized && cycleOfSlave() > 5U; }));
    const std::uint32_t last = first.cycle_;
    first.end();
    ASSERT_TRUE(second.leads());
    ASSERT_TRUE(await([&] { return second.cycle_ > 0U && cycleOfSlave() >= second.cycle_; }));
    EXPECT_GE(cycleOfSlave(), last);
    EXPECT_EQ(told.steps_, 1);
}

}  // namespace
}  // namespace berkeley::node
