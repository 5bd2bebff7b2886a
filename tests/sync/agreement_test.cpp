#include "sync/agreement.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace berkeley::sync {
namespace {

using namespace std::chrono_literals;

TEST(Agreement, IsNothingOfNoIntervals) { EXPECT_FALSE(agreementOf({})); }

TEST(Agreement, IsWhatMostIntervalsHaveInCommon) {
    // The example of RFC 5905's predecessor: 8 to 12, 11 to 13, 10 to 12.
    const std::vector<Interval> clocks{{8ns, 12ns}, {11ns, 13ns}, {10ns, 12ns}};
    const auto agreement = agreementOf(clocks);
    EXPECT_EQ(agreement->count, 3U);
    EXPECT_EQ(agreement->place, (Interval{11ns, 12ns}));
}

TEST(Agreement, LeavesOutWhoIsElsewhere) {
    const std::vector<Interval> clocks{{8ns, 12ns}, {11ns, 13ns}, {14ns, 15ns}};
    const auto agreement = agreementOf(clocks);
    EXPECT_EQ(agreement->count, 2U);
    EXPECT_EQ(agreement->place, (Interval{11ns, 12ns}));
}

TEST(Agreement, OfSeveralPlacesIsTheLatest) {
    const std::vector<Interval> clocks{{20ns, 30ns}, {0ns, 10ns}};
    EXPECT_EQ(agreementOf(clocks)->place, (Interval{20ns, 30ns}));
}

TEST(Agreement, IntervalsThatTouchAgree) {
    const std::vector<Interval> clocks{{0ns, 10ns}, {10ns, 20ns}};
    EXPECT_EQ(agreementOf(clocks)->place, (Interval{10ns, 10ns}));
    EXPECT_EQ(agreementOf(clocks)->count, 2U);
}

/// Marzullo's theorem, looked for a counterexample.
TEST(Agreement, HasTheTruthWhileFewerThanHalfAreWrong) {
    std::mt19937_64 random{20261130};
    std::uniform_int_distribution<int> any{-1000, 1000}, width{0, 300};
    for (int round = 0; round < 20'000; ++round) {
        const auto right = static_cast<std::size_t>(1 + round % 8);
        std::vector<Interval> clocks;
        for (std::size_t i = 0; i < right; ++i) {
            clocks.push_back({Nanoseconds{-width(random)}, Nanoseconds{width(random)}});
        }
        for (std::size_t i = 0; i + 1 < right; ++i) {
            const Nanoseconds low{any(random)};
            clocks.push_back({low, low + Nanoseconds{width(random)}});
        }
        std::shuffle(clocks.begin(), clocks.end(), random);
        const Agreement agreement = *agreementOf(clocks);
        ASSERT_GE(agreement.count, right);
        // A right clock is among those that agree, so the place is within its interval.
        const auto has = [&](const Interval& clock) {
            return clock.low <= agreement.place.low && agreement.place.high <= clock.high;
        };
        ASSERT_EQ(std::count_if(clocks.begin(), clocks.end(), has), agreement.count);
        ASSERT_TRUE(std::any_of(clocks.begin(), clocks.end(), [&](const Interval& clock) {
            return has(clock) && clock.contains(0ns);
        }));
    }
}

}  // namespace
}  // namespace berkeley::sync
