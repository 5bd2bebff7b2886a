#include "observe/follower_view.h"

#include <gtest/gtest.h>

#include "observe/clocks.h"

namespace berkeley::observe {
namespace {

using namespace std::chrono_literals;

class FollowerViewTest : public testing::Test {
  protected:
    EventLog log;
    FollowerView view{"left", false, 2s, log};
};

TEST_F(FollowerViewTest, IsNotSynchronizedBeforeItWasTold) {
    const ClockView clock = view.clockAt(at(1s).host, std::nullopt);

    EXPECT_EQ("left", clock.id);
    EXPECT_EQ(sync::Standing::notSynchronized, clock.status.standing);
    EXPECT_FALSE(clock.lastSeen);
    EXPECT_FALSE(clock.status.offset);
    EXPECT_FALSE(view.holdoverAt(at(1h).host));
}

TEST_F(FollowerViewTest, ShowsWhatItWasToldLast) {
    view.adjusted(6, 25min, at(1s));
    view.adjusted(7, -12ns, at(3s));
    const ClockView clock = view.clockAt(at(4s).host, 900ns);

    EXPECT_EQ(sync::Standing::counted, clock.status.standing);
    EXPECT_EQ(12ns, clock.status.offset) << "before it was adjusted it was ahead";
    EXPECT_EQ(-12ns, clock.status.change);
    EXPECT_EQ(900ns, clock.status.bound);
    EXPECT_EQ(at(3s).host, clock.lastSeen);
    EXPECT_EQ(7U, view.cycle());
    EXPECT_TRUE(log.events().empty());
}

TEST_F(FollowerViewTest, TellsWhomItFollows) {
    EXPECT_EQ("", view.master());
    view.joined("[::1]:8080", 10s, at(1s));
    EXPECT_EQ("[::1]:8080", view.master());
    EXPECT_EQ(10s, view.interval());
    view.left(at(2s));
    view.left(at(3s));
    EXPECT_EQ("", view.master());

    ASSERT_EQ(2U, log.events().size());
    EXPECT_EQ("joined the master at [::1]:8080", log.events()[0].text);
    EXPECT_EQ(EventKind::left, log.events()[1].kind);
}

TEST_F(FollowerViewTest, IsInHoldoverWhenSixAdjustmentsAreMissing) {
    view.joined("[::1]:8080", 10s, at(1s));
    view.adjusted(1, 5ns, at(1s));

    EXPECT_FALSE(view.holdoverAt(at(61s).host));
    EXPECT_TRUE(view.holdoverAt(at(61s + 1ns).host));
    EXPECT_EQ(sync::Standing::holdover, view.clockAt(at(62s).host, 900ns).status.standing);
    view.adjusted(2, 5ns, at(62s));
    EXPECT_FALSE(view.holdoverAt(at(62s).host));
}

TEST_F(FollowerViewTest, IsNotInHoldoverWhenItHasLedTheGroupItself) {
    view.adjusted(1, 5ns, at(1s));
    view.goesOn(9, at(1h).host);

    EXPECT_EQ(9U, view.cycle());
    EXPECT_FALSE(view.holdoverAt(at(1h + 1s).host));
    EXPECT_FALSE(view.clockAt(at(1h + 1s).host, 900ns).status.change) << "nobody told it one";
}

TEST_F(FollowerViewTest, SaysOfASuspectClockWhy) {
    view.adjusted(1, 5ns, at(1s));
    const ClockView clock = view.clockAt(at(1h).host, std::nullopt, PauseKind::stopped);
    EXPECT_EQ(sync::Standing::stopped, clock.status.standing);
}

TEST_F(FollowerViewTest, NoticesThatCyclesAreCountedAnew) {
    view.adjusted(7, 5ns, at(1s));
    view.adjusted(1, 5ns, at(2s));

    ASSERT_EQ(1U, log.events().size());
    EXPECT_EQ(EventKind::restart, log.events()[0].kind);
}

}  // namespace
}  // namespace berkeley::observe
