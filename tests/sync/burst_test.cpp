#include "berkeley/sync/burst.h"

#include <gtest/gtest.h>

namespace berkeley {
namespace {

using namespace std::chrono_literals;

Estimate known(Nanoseconds jitter) {
    Estimate estimate;
    estimate.driftSigmaPpb = 10;
    estimate.jitter = jitter;
    return estimate;
}

TEST(BurstLength, IsLongWithANewClock) {
    Estimate unknown = known(0ns);
    unknown.driftSigmaPpb = 50'000;
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
}  // namespace berkeley
