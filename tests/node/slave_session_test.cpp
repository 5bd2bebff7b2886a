/// What a master makes of a slave's hello: it is on the roster exactly when it is welcome.
#include "berkeley/node/slave_session.h"

#include <gtest/gtest.h>

#include <functional>
#include <thread>

#include "berkeley/host/time_zone.h"
#include "berkeley/net/connector.h"
#include "berkeley/net/listener.h"
#include "berkeley/wire/native.h"

namespace berkeley {
namespace {

using namespace std::chrono_literals;

class SlaveSessionTest : public testing::Test {
  protected:
    SlaveSessionTest() {
        std::thread connecting{[&] { slave_ = connector_.connect(listener_.local()); }};
        auto accepted = listener_.accept();
        connecting.join();
        session_.emplace(std::move(accepted), clock_, roster_, leadership_, localTimeZone(), 10s,
                         100ms, [this](const std::string& name) { admit_(name); });
    }

    /// Says hello, and has the master take it in.
    bool sayHello() {
        slave_->send(encode(Hello{"one"}));
        return session_->receive();
    }

    /// Nothing when the connection has ended.
    std::optional<Message> hear() {
        Frame frame;
        if (slave_->receive(frame, 10s).size == frame.size()) {
            return decode(frame);
        }
        return std::nullopt;
    }

    void checkSentOn() {
        ASSERT_EQ(hear(), Message(Redirect{masters_[1].host, masters_[1].port}));
        EXPECT_EQ(hear(), std::nullopt);
        EXPECT_EQ(roster_.size(), 0U);
        EXPECT_FALSE(session_->receive());
    }

    const std::vector<Endpoint> masters_{{"192.0.2.1", 1}, {"192.0.2.2", 2}};
    boost::asio::io_context context_;
    Listener listener_{context_, {"127.0.0.1", 0}};
    Connector connector_{context_};
    SteeredClock clock_{HostClock{}, 500'000};
    SharedRoster roster_{0};
    Leadership leadership_{MasterRanks{masters_, 0}, 1s};
    SlaveSession::Admit admit_ = [](const std::string&) {};
    std::shared_ptr<Connection> slave_;
    std::optional<SlaveSession> session_;
};

TEST_F(SlaveSessionTest, AnActiveMasterWelcomesASlaveThatIsOnItsRoster) {
    std::string admitted;
    admit_ = [&](const std::string& name) {
        admitted = name;
        EXPECT_EQ(roster_.size(), 0U);
    };
    leadership_.carryOut(0);
    EXPECT_TRUE(sayHello());
    EXPECT_EQ(admitted, "one");
    EXPECT_EQ(hear(), Message{Welcome{100ms}});
    EXPECT_EQ(roster_.size(), 1U);
    session_->close();
    EXPECT_EQ(roster_.size(), 0U);
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
    admit_ = [](const std::string&) { throw WireError("refused"); };
    EXPECT_THROW((void)sayHello(), WireError);
    EXPECT_EQ(roster_.size(), 0U);
    session_->close();
    EXPECT_EQ(hear(), std::nullopt);
}

}  // namespace
}  // namespace berkeley
