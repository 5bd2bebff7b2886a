#include "common/watchdog.h"

#include <gtest/gtest.h>

namespace berkeley::apps {
namespace {

using namespace std::chrono_literals;
using enum Watchdog::Finding;

class WatchdogTest : public testing::Test {
  protected:
    /// Looks every second until nothing has come for that long.
    int saidUntil(std::chrono::seconds silence) {
        int said = 0;
        for (auto now = 0s; now <= silence; now += 1s) {
            said += watchdog_.look(now, 5s) == Watchdog::Finding::silence ? 1 : 0;
        }
        return said;
    }

    Watchdog watchdog_;
};

TEST_F(WatchdogTest, IsQuietWhileThingsCome) {
    for (int i = 0; i < 100; ++i) {
        EXPECT_EQ(saidUntil(5s), 0);
    }
}

TEST_F(WatchdogTest, FindsThatSeveralAreMissing) {
    EXPECT_EQ(saidUntil(30s), 0);
    EXPECT_FALSE(watchdog_.isSilent());
    EXPECT_EQ(saidUntil(31s), 1);
    EXPECT_TRUE(watchdog_.isSilent());
    EXPECT_EQ(watchdog_.silence(), 31s);
}

TEST_F(WatchdogTest, SaysSoAgainWheneverItHasBecomeTwiceAsLong) { EXPECT_EQ(saidUntil(24h), 12); }

TEST_F(WatchdogTest, FindsOnceThatItIsOver) {
    (void)saidUntil(100s);
    EXPECT_TRUE(watchdog_.isSilent());
    EXPECT_EQ(watchdog_.look(1s, 5s), over);
    EXPECT_FALSE(watchdog_.isSilent());
    EXPECT_EQ(watchdog_.silence(), 100s);
    EXPECT_EQ(watchdog_.look(1s, 5s), nothing);
}

TEST_F(WatchdogTest, FindsThatItWasOverInBetween) {
    (void)saidUntil(100s);
    EXPECT_EQ(watchdog_.look(40s, 5s), over);
    EXPECT_EQ(watchdog_.look(41s, 5s), silence);
    EXPECT_EQ(watchdog_.silence(), 41s);
}

TEST_F(WatchdogTest, KeepsToTheIntervalThatTheMasterHas) {
    EXPECT_EQ(watchdog_.look(31s, 10s), nothing);
    EXPECT_EQ(watchdog_.look(31s, 5s), silence);
}

TEST_F(WatchdogTest, DoesNotHurryWhereThingsComeOften) {
    EXPECT_EQ(watchdog_.look(5s, 10ms), nothing);
    EXPECT_EQ(watchdog_.look(6s, 10ms), silence);
}

}  // namespace
}  // namespace berkeley::apps
