#include "sync/participant.h"

#include <gtest/gtest.h>

#include <utility>

namespace berkeley::sync {
namespace {

using namespace std::chrono_literals;

constexpr HostTime kNow{std::chrono::hours{500'000}};

TEST(Participant, IsToldTheLineOverItsOwnClock) {
    Adjustment line;
    line.reference = kNow;
    line.correction = 7s;
    line.frequencyPpb = 5'000;
    line.bound = 300ns;
    line.boundGrowthPpb = 200;
    line.deviation = {30ns, 4};
    const Estimate host{.offset = 2s,
                        .bound = 5us,
                        .sigma = 40ns,
                        .driftPpb = 100'000'000,
                        .driftDeviationPpb = 3,
                        .boundGrowthPpb = 1'000};
    const Adjustment told = seenFrom(host, line);
    EXPECT_EQ(told.reference, kNow + 2s);
    EXPECT_EQ(told.correction, 5s);
    EXPECT_NEAR(told.frequencyPpb, (5'000 - 100'000'000) / 1.1, 1e-3);
    EXPECT_EQ(told.bound, 5'300ns);
    EXPECT_EQ(told.boundGrowthPpb, 1'200);
    EXPECT_EQ(told.deviation.sigma, 50ns);
    EXPECT_NEAR(told.deviation.driftDeviationPpb, 5, 1e-9);
}

/// As slaves of older versions say it.
TEST(Participant, KnowsItsClockUnlessItSaysThatItHardlyDoes) {
    for (const bool known : {true, false}) {
        const Nanoseconds sigma = known ? kLargestSigma - 1h : kTimeLimit - 1ns;
        Member member{.name = "a",
                      .address = "here",
                      .reading = ClockReading{kNow, 0ns, Deviation{sigma, 0}},
                      .heard = kNow,
                      .inThisCycle = true};
        (void)member.estimator.add({kNow, {0ns, 10ns}, 10ns, 0ns});
        Roster roster;
        roster.join(std::move(member));
        Adjustment line;
        line.reference = kNow;
        const auto participants = participantsOf(kNow, roster, line, ClockState{}, "master");
        ASSERT_EQ(participants.size(), 2U);
        EXPECT_EQ(participants.back().own.has_value(), known);
    }
}

}  // namespace
}  // namespace berkeley::sync
