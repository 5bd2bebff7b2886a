#include "sync/exchange.h"

#include <gtest/gtest.h>

namespace berkeley::sync {
namespace {

using namespace std::chrono_literals;

constexpr HostTime kStart{std::chrono::hours{500'000}};

TEST(Exchange, IntervalContainsTheOffsetHoweverAsymmetricThePath) {
    // The slave is 1 s ahead; 100 µs there, 900 µs back, 50 µs at the slave.
    const Exchange exchange{kStart, kStart + 1s + 100us, kStart + 1s + 150us, kStart + 1050us};
    const auto sample = toSample(exchange);
    ASSERT_TRUE(sample);
    EXPECT_TRUE(sample->offset.contains(1s));
    EXPECT_EQ(sample->offset.high, 1s + 100us);
    EXPECT_EQ(sample->offset.low, 1s - 900us);
    EXPECT_EQ(sample->delay, 1ms);
    EXPECT_EQ(sample->when, kStart + 1050us);
}

TEST(Exchange, ThatContradictsItselfIsNoSample) {
    EXPECT_FALSE(toSample({kStart, kStart + 2us, kStart + 1us, kStart + 3us}));
    EXPECT_FALSE(toSample({kStart, kStart, kStart, kStart - 1us}));
    EXPECT_FALSE(toSample({kStart, kStart, kStart + 10us, kStart + 9us}));
}

TEST(Exchange, CountsThoughASlaveWithAFastClockWasHeldUp) {
    // 100 ms at the slave, which gains 100 ppm: 10 µs more than there were, and a delay of 4 µs.
    const auto sample =
        toSample({kStart, kStart + 2us, kStart + 2us + 100ms + 10us, kStart + 4us + 100ms});
    ASSERT_TRUE(sample);
    EXPECT_EQ(sample->delay, 0ns);
    EXPECT_LE(sample->offset.low, sample->offset.high);
    EXPECT_EQ(sample->duration, 100ms + 4us);
}

}  // namespace
}  // namespace berkeley::sync
