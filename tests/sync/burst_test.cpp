#include "sync/burst.h"

#include <gtest/gtest.h>

namespace berkeley::sync {
namespace {

using namespace std::chrono_literals;

Estimate known(Nanoseconds jitter) {
    Estimate estimate;
    estimate.driftDeviationPpb = 10;
    estimate.jitter = jitter;
    return estimate;
}

constexpr HostTime kStart{std::chrono::hours{500'000}};

Measurement sentAt(HostTime t3) { return {{kStart, t3, t3, t3 + 50us}, {t3, {}, {}}}; }

TEST(Burst, PollsUntilAllAreAnswered) {
    Burst burst;
    EXPECT_FALSE(burst.isOutstanding());
    burst.begin(2);
    const std::uint32_t first = burst.send(kStart);
    EXPECT_TRUE(burst.isOutstanding());
    EXPECT_FALSE(burst.take(first + 1)) << "no answer to a poll that was not sent";
    const auto one = burst.take(first);
    ASSERT_TRUE(one);
    EXPECT_TRUE(one->first);
    EXPECT_FALSE(one->last);
    EXPECT_EQ(one->t1, kStart);
    EXPECT_FALSE(burst.take(first)) << "not twice";
    const auto two = burst.take(burst.send(kStart + 1s));
    ASSERT_TRUE(two);
    EXPECT_FALSE(two->first);
    EXPECT_TRUE(two->last);
    EXPECT_EQ(two->t1, kStart + 1s);
}

TEST(Completion, CountsTheFirstAtOnceTheOthersWhenTheNextHasComeAndTheLastNotAtAll) {
    Completion completion;
    const auto first = completion.add({.first = true, .last = false}, sentAt(kStart), {});
    EXPECT_TRUE(first.first);
    EXPECT_FALSE(first.completed);
    const auto second = completion.add({.first = false, .last = false}, sentAt(kStart + 1s), {});
    EXPECT_FALSE(second.first || second.completed);
    const auto last =
        completion.add({.first = false, .last = true}, sentAt(kStart + 2s), kStart + 1s + 3us);
    ASSERT_TRUE(last.completed);
    EXPECT_EQ(last.completed->exchange.t3, kStart + 1s + 3us) << "when it really left";
    EXPECT_FALSE(last.first);
    EXPECT_FALSE(completion.add({.first = true, .last = true}, sentAt(kStart), {}).completed);
}

TEST(Completion, ReportNeverLeftBeforeItSaysSo) {
    Completion completion;
    completion.add({.first = false, .last = false}, sentAt(kStart), {});
    const auto next = completion.add({.first = false, .last = true}, sentAt(kStart), kStart - 1s);
    EXPECT_EQ(next.completed->exchange.t3, kStart);
}

TEST(BurstLength, IsLongWithANewClock) {
    Estimate unknown = known(0ns);
    unknown.driftDeviationPpb = 50'000;
    EXPECT_EQ(burstLength(std::nullopt, 4, 1s), 16);
    EXPECT_EQ(burstLength(unknown, 4, 1s), 16);
}

TEST(BurstLength, IsShortOnAQuietLinkAndLongerOnANoisyOne) {
    EXPECT_EQ(burstLength(known(10ns), 4, 1s), 4);
    EXPECT_EQ(burstLength(known(100ns), 4, 1s), 6);
    EXPECT_EQ(burstLength(known(100us), 4, 1s), 8);
}

TEST(BurstLength, IsWhatTheMasterCanAffordInALargeGroup) {
    EXPECT_EQ(burstLength(known(100us), 10'000, 1s), 1);
    EXPECT_EQ(burstLength(std::nullopt, 100'000, 1s), 1);
    EXPECT_EQ(burstLength(known(100us), 10'000, 5s), 5);
}

}  // namespace
}  // namespace berkeley::sync
