#include "net/transmit_watch.h"

#include <gtest/gtest.h>

namespace berkeley::net {
namespace {

using namespace std::chrono_literals;

constexpr SystemTime kTime{1'795'536'000s};
constexpr std::size_t kSize = 64;

TEST(TransmitWatch, FindsTheTimestampOfTheLastByte) {
    TransmitWatch watch;
    watch.wanted(kSize);
    EXPECT_FALSE(watch.stamp());
    watch.stamped(62, kTime - 1s);
    watch.stamped(64, kTime + 1s);
    EXPECT_FALSE(watch.stamp());
    watch.stamped(63, kTime);
    EXPECT_EQ(watch.stamp(), kTime);
}

TEST(TransmitWatch, CountsTheBytesThatNobodyIsInterestedIn) {
    TransmitWatch watch;
    watch.passed(100);
    watch.wanted(kSize);
    watch.passed(kSize);
    watch.stamped(63, kTime - 1s);
    watch.stamped(227, kTime + 1s);
    EXPECT_FALSE(watch.stamp());
    watch.stamped(163, kTime);
    EXPECT_EQ(watch.stamp(), kTime);
}

TEST(TransmitWatch, KeepsTheFirstTimestampOfBytesThatWereRetransmitted) {
    TransmitWatch watch;
    watch.wanted(kSize);
    watch.stamped(63, kTime);
    watch.stamped(63, kTime + 200ms);
    EXPECT_EQ(watch.stamp(), kTime);
}

TEST(TransmitWatch, TakesNoTimestampOfAnEarlierFrameForThisOnes) {
    TransmitWatch watch;
    watch.wanted(kSize);
    watch.stamped(63, kTime);
    watch.wanted(kSize);
    EXPECT_FALSE(watch.stamp());
    watch.stamped(63, kTime + 200ms);
    EXPECT_FALSE(watch.stamp());
    watch.stamped(127, kTime + 1s);
    EXPECT_EQ(watch.stamp(), kTime + 1s);
}

TEST(TransmitWatch, CountsOnPastFourGigabytes) {
    TransmitWatch watch;
    watch.passed((std::size_t{1} << 32) - 10);
    watch.wanted(kSize);
    watch.stamped(53, kTime);
    EXPECT_EQ(watch.stamp(), kTime);
}

}  // namespace
}  // namespace berkeley::net
