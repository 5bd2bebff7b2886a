/// What a master makes of a slave's hello: it is on the roster exactly when it is welcome.
#include "node/slave_session.h"

#include <gtest/gtest.h>

#include "host/time_zone.h"
#include "net/listener.h"
#include "node/peer.h"

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;

class SlaveSessionTest : public testing::Test {
  protected:
    SlaveSessionTest() {
        slave_.emplace(listener_.local());
        session_.emplace(listener_.accept(), clock_, group_, leadership_, host::localTimeZone(),
                         10s, 100ms, [this](const std::string& name) { admit_(name); });
    }

    /// Says hello, and has the master take it in.
    bool sayHello() {
        slave_->say(wire::Hello{"one"});
        return session_->receive();
    }

    void checkSentOn() {
        ASSERT_EQ(slave_->hear(),
                  wire::Message(wire::Redirect{masters_[1].host, masters_[1].port}));
        EXPECT_TRUE(slave_->isSentAway());
        EXPECT_EQ(group_.size(), 0U);
        EXPECT_FALSE(session_->receive());
    }

    const std::vector<net::Endpoint> masters_{{"192.0.2.1", 1}, {"192.0.2.2", 2}};
    net::Listener listener_{kAnyPort};
    host::SteeredClock clock_{host::HostClock{}, sync::Discipline{kMaxSlewPpb}};
    SharedGroup group_{{}, HostTime{}};
    Leadership leadership_{MasterRanks{masters_, 0}, 1s};
    SlaveSession::Admit admit_ = [](const std::string&) {};
    std::optional<Peer> slave_;
    std::optional<SlaveSession> session_;
};

TEST_F(SlaveSessionTest, AnActiveMasterWelcomesASlaveThatIsOnItsRoster) {
    std::string admitted;
    admit_ = [&](const std::string& name) {
        admitted = name;
        EXPECT_EQ(group_.size(), 0U);
    };
    leadership_.carryOut(0);
    EXPECT_TRUE(sayHello());
    EXPECT_EQ(admitted, "one");
    EXPECT_EQ(slave_->hear(), wire::Message{wire::Welcome{100ms}});
    EXPECT_EQ(group_.size(), 1U);
    session_->close();
    EXPECT_EQ(group_.size(), 0U);
}

TEST_F(SlaveSessionTest, AStandbySendsASlaveOnThatIsOnNoRoster) {
    admit_ = [](const std::string&) { ADD_FAILURE() << "was admitted"; };
    leadership_.carryOut(1);
    EXPECT_TRUE(sayHello());
    EXPECT_FALSE(session_->slave());
    checkSentOn();
}

TEST_F(SlaveSessionTest, ASlaveThatComesWhileTheMasterGivesUpIsSentOn) {
    leadership_.carryOut(0);
    // Before it joins, so that a master that sends on all of its slaves does not find it.
    admit_ = [this](const std::string&) { leadership_.carryOut(1); };
    EXPECT_TRUE(sayHello());
    checkSentOn();
}

TEST_F(SlaveSessionTest, ASlaveTooManyIsNotWelcomedAndOnNoRoster) {
    leadership_.carryOut(0);
    admit_ = [](const std::string&) { throw wire::WireError("refused"); };
    EXPECT_THROW((void)sayHello(), wire::WireError);
    EXPECT_EQ(group_.size(), 0U);
    session_->close();
    EXPECT_TRUE(slave_->isSentAway());
}

}  // namespace
}  // namespace berkeley::node
