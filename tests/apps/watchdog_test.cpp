#include "common/watchdog.h"

#include <gtest/gtest.h>

namespace berkeley::apps {
namespace {

using namespace std::chrono_literals;
using enum Watchdog::Finding;

class WatchdogTest : public testing::Test {
  protected:
    /// Looks every second for that long, at things that stand still.
    int saidWithin(std::chrono::seconds time, std::uint64_t number) {
        int said = 0;
        for (const auto end = now_ + time; now_ < end;) {
            now_ += 1s;
            said += watchdog_.look(number, now_) == silence ? 1 : 0;
        }
        return said;
    }

    Watchdog watchdog_{5s};
    Watchdog::Time now_{1h};
};

TEST_F(WatchdogTest, IsQuietWhileThingsHappen) {
    for (std::uint64_t number = 0; number < 100; ++number) {
        EXPECT_EQ(watchdog_.look(number, now_), nothing);
        EXPECT_EQ(saidWithin(5s, number), 0);
    }
}

TEST_F(WatchdogTest, FindsThatSeveralAreMissing) {
    (void)watchdog_.look(7, now_);
    EXPECT_EQ(saidWithin(30s, 7), 0);
    EXPECT_EQ(saidWithin(1s, 7), 1);
    EXPECT_EQ(watchdog_.silence(), 31s);
}

TEST_F(WatchdogTest, SaysSoAgainWheneverItHasBecomeTwiceAsLong) {
    (void)watchdog_.look(7, now_);
    EXPECT_EQ(saidWithin(24h, 7), 12);
}

TEST_F(WatchdogTest, FindsOnceThatItIsOver) {
    (void)watchdog_.look(7, now_);
    EXPECT_FALSE(watchdog_.isSilent());
    (void)saidWithin(100s, 7);
    EXPECT_TRUE(watchdog_.isSilent());
    EXPECT_EQ(watchdog_.look(8, now_ + 1s), over);
    EXPECT_FALSE(watchdog_.isSilent());
    EXPECT_EQ(watchdog_.silence(), 101s);
    EXPECT_EQ(watchdog_.look(9, now_ + 2s), nothing);
}

TEST_F(WatchdogTest, LearnsHowFarApartThingsAre) {
    (void)watchdog_.look(10, now_);
    now_ += 10s;
    (void)watchdog_.look(20, now_);
    EXPECT_EQ(saidWithin(6s, 20), 0);
    EXPECT_EQ(saidWithin(1s, 20), 1);

    (void)watchdog_.look(21, now_ += 53s);
    EXPECT_EQ(saidWithin(360s, 21), 0);
}

TEST_F(WatchdogTest, LearnsNothingFromAMasterThatCountsAnew) {
    (void)watchdog_.look(1'000, now_);
    now_ += 1h;
    EXPECT_EQ(watchdog_.look(1, now_), nothing);
    EXPECT_EQ(saidWithin(31s, 1), 1);
}

TEST_F(WatchdogTest, DoesNotHurryWhereThingsHappenOften) {
    Watchdog watchdog{10ms};
    (void)watchdog.look(1, now_);
    EXPECT_EQ(watchdog.look(1, now_ + 5s), nothing);
    EXPECT_EQ(watchdog.look(1, now_ + 6s), silence);
}

}  // namespace
}  // namespace berkeley::apps
