#include "host/stamp_converter.h"

#include <gtest/gtest.h>

#include <random>

#include "host/host_clock.h"

namespace berkeley::host {
namespace {

using namespace std::chrono_literals;

constexpr page::RawTime kRaw{1'000s};
constexpr SystemTime kSystem{1'795'536'000s};

/// A look that took 40 ns at `raw`, when the system clock showed `system`.
ClockLook lookAt(page::RawTime raw, SystemTime system) { return {raw, system, raw + 40ns}; }

const ClockLook kEarlier = lookAt(kRaw, kSystem);
const ClockLook kNow = lookAt(kRaw + 500ms, kSystem + 500ms);

TEST(RawSpan, IsAsWideAsTheLookAndAThousandthOfTheAge) {
    const auto span = rawSpanOf(kNow.system - 10us, kEarlier, kNow);
    ASSERT_TRUE(span);
    EXPECT_EQ(span->earliest, kNow.before - 10us - 10ns - 2ns);
    EXPECT_EQ(span->latest, kNow.after - 10us + 10ns + 2ns);
}

TEST(RawSpan, IsNothingForATimestampOfTheFuture) {
    EXPECT_TRUE(rawSpanOf(kNow.system, kEarlier, kNow));
    EXPECT_FALSE(rawSpanOf(kNow.system + 1ns, kEarlier, kNow));
}

TEST(RawSpan, IsNothingForATimestampOlderThanASecond) {
    EXPECT_TRUE(rawSpanOf(kNow.system - 1s, kEarlier, kNow));
    EXPECT_FALSE(rawSpanOf(kNow.system - 1s - 1ns, kEarlier, kNow));
}

TEST(RawSpan, IsNothingWhenTheSystemClockWasSetBetweenTheLooks) {
    for (const Nanoseconds step : {-1h + 0ns, -600'000ns, 600'000ns, 3600'000'000'000ns}) {
        const ClockLook set = lookAt(kRaw + 500ms, kSystem + 500ms + step);
        EXPECT_FALSE(rawSpanOf(set.system - 10us, kEarlier, set)) << step.count();
    }
}

TEST(RawSpan, IsNothingWhenTheSystemClockIsSteeredTooHard) {
    const ClockLook slewed = lookAt(kRaw + 500ms, kSystem + 500ms + 400us);
    EXPECT_TRUE(rawSpanOf(slewed.system - 10us, kEarlier, slewed));
    const ClockLook raced = lookAt(kRaw + 500ms, kSystem + 500ms + 40ms);
    EXPECT_FALSE(rawSpanOf(raced.system - 10us, kEarlier, raced));
}

TEST(RawSpan, ContainsTheTruthHoweverTheSystemClockIsSteeredWithinItsLimit) {
    std::mt19937_64 random{1124};
    const auto between = [&](double low, double high) {
        return std::uniform_real_distribution{low, high}(random);
    };
    for (int i = 0; i < 10'000; ++i) {
        const double ppb = between(-1e6, 1e6);
        const auto systemAt = [&](page::RawTime raw) {
            return kSystem + (raw - kRaw) + driftOver(raw - kRaw, ppb);
        };
        const auto look = [&](page::RawTime raw) {
            const Nanoseconds width{static_cast<int>(between(20, 2'000))};
            const Nanoseconds read{static_cast<int>(between(0, 1) * width.count())};
            return ClockLook{raw, systemAt(raw + read), raw + width};
        };
        const page::RawTime now = kRaw + Nanoseconds{static_cast<int>(between(1e6, 1e9))};
        const page::RawTime event = now - Nanoseconds{static_cast<int>(between(0, 1e6))};
        const auto span = rawSpanOf(systemAt(event), look(kRaw), look(now));
        ASSERT_TRUE(span) << "case " << i;
        EXPECT_LE(span->earliest, event) << "case " << i;
        EXPECT_GE(span->latest, event) << "case " << i;
    }
}

class StampConverterTest : public testing::Test {
  protected:
    HostClock host_{25min, 40'000};
    StampConverter converter_{host_.line()};
};

TEST_F(StampConverterTest, FindsOnTheUnsteeredClockWhenTheSystemClockWasRead) {
    for (int i = 0; i < 1'000; ++i) {
        const HostTime before = host_.now();
        const SystemTime stamp = page::systemNow();
        const HostTime after = host_.now();
        const HostTime arrival = converter_.arrival(stamp, after + 1ms);
        const HostTime departure = converter_.departure(stamp, before - 1ms);
        // Somebody may set this machine's clock just now; then the timestamp does not count.
        EXPECT_GE(arrival, before);
        EXPECT_LE(departure, after);
        EXPECT_LE(departure, arrival);
    }
}

TEST_F(StampConverterTest, NeverPutsAnArrivalBehindTheReadingNorADepartureBeforeTheSending) {
    const HostTime now = host_.now();
    const SystemTime stamp = page::systemNow();
    EXPECT_EQ(converter_.arrival(stamp, now - 1h), now - 1h);
    EXPECT_EQ(converter_.departure(stamp, now + 1h), now + 1h);
}

TEST_F(StampConverterTest, DoesWithoutATimestampThatThereIsNotOrThatCannotBe) {
    const HostTime now = host_.now();
    for (const std::optional<SystemTime> stamp :
         {std::optional<SystemTime>{}, {page::systemNow() - 1h}, {page::systemNow() + 1h}}) {
        EXPECT_EQ(converter_.arrival(stamp, now), now);
        EXPECT_EQ(converter_.departure(stamp, now), now);
    }
}

}  // namespace
}  // namespace berkeley::host
