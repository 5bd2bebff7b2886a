#include "sync/discipline.h"

#include <gtest/gtest.h>

namespace berkeley::sync {
namespace {

using namespace std::chrono_literals;

constexpr HostTime kStart{std::chrono::hours{500'000}};
constexpr double kMaxSlewPpb = 500'000;

Adjustment adjustmentTo(Nanoseconds correction, HostTime reference = kStart) {
    return {.cycle = 1,
            .reference = reference,
            .correction = correction,
            .frequencyPpb = 0,
            .bound = 10us,
            .boundGrowthPpb = 100'000};
}

TEST(Discipline, FirstAdjustmentStepsLaterOnesSlew) {
    Discipline discipline{kMaxSlewPpb};
    const auto first = discipline.apply(kStart, adjustmentTo(-20min));
    EXPECT_EQ(first->manner, Manner::set);
    EXPECT_EQ(first->offset, -20min);
    EXPECT_EQ(discipline.state().line.at(kStart), -20min);

    const auto second = discipline.apply(kStart + 1s, adjustmentTo(-20min + 1ms));
    EXPECT_EQ(second->manner, Manner::slewed);
    EXPECT_EQ(second->offset, 1ms);
    EXPECT_EQ(discipline.state().line.at(kStart + 1s), -20min);
    EXPECT_EQ(discipline.state().line.at(kStart + 3s), -20min + 1ms);
}

TEST(Discipline, LateMessageMeansTheSame) {
    Adjustment adjustment = adjustmentTo(1s);
    adjustment.frequencyPpb = 40'000;
    Discipline prompt{kMaxSlewPpb}, late{kMaxSlewPpb};
    prompt.apply(kStart, adjustment);
    late.apply(kStart + 100s, adjustment);
    EXPECT_EQ(prompt.state().line.at(kStart + 200s), late.state().line.at(kStart + 200s));
}

TEST(Discipline, RemembersWhatItWasToldWhateverIsStillToBeSlewed) {
    Discipline discipline{kMaxSlewPpb};
    discipline.apply(kStart, adjustmentTo(1s));
    // It is heard 10 s after the time that it is about, and slewing takes 20 s more.
    Adjustment adjustment = adjustmentTo(1s + 10ms, kStart + 90s);
    adjustment.frequencyPpb = 40'000;
    discipline.apply(kStart + 100s, adjustment);
    ASSERT_NE(discipline.state().line.pendingAt(kStart + 100s), 0ns);

    const Adjustment told = discipline.state().told();
    EXPECT_EQ(told.reference, adjustment.reference);
    EXPECT_EQ(told.frequencyPpb, adjustment.frequencyPpb);
    EXPECT_EQ(told.bound, adjustment.bound);
    EXPECT_NEAR(told.correction.count(), adjustment.correction.count(), 2);
}

TEST(Discipline, SameMessageTwiceChangesNothing) {
    Discipline discipline{kMaxSlewPpb};
    discipline.apply(kStart, adjustmentTo(1s));
    const auto again = discipline.apply(kStart + 5s, adjustmentTo(1s));
    EXPECT_EQ(again->offset, 0ns);
}

TEST(Discipline, BoundHasTheMeasurementItsAgeAndTheSlewUnderWay) {
    Discipline discipline{kMaxSlewPpb};
    discipline.apply(kStart, adjustmentTo(0ns));
    EXPECT_EQ(discipline.state().line.boundAt(kStart), 10us);
    EXPECT_EQ(discipline.state().line.boundAt(kStart + 1s), 10us + 100us);
    discipline.apply(kStart, adjustmentTo(1ms));
    EXPECT_EQ(discipline.state().line.boundAt(kStart), 10us + 1ms);
    EXPECT_EQ(discipline.state().line.boundAt(kStart + 1s), 10us + 100us + 500us);
}

TEST(Discipline, ClockThatIsFarBehindStepsForward) {
    Discipline discipline{kMaxSlewPpb, 1s};
    discipline.apply(kStart, adjustmentTo(0ns));
    EXPECT_EQ(discipline.apply(kStart, adjustmentTo(1s))->manner, Manner::slewed);
    EXPECT_EQ(discipline.state().steps, 0U);
    EXPECT_EQ(discipline.apply(kStart, adjustmentTo(1s + 1ns))->manner, Manner::stepped);
    EXPECT_EQ(discipline.state().steps, 1U);
    EXPECT_EQ(discipline.state().line.at(kStart), 1s + 1ns);
    EXPECT_EQ(discipline.state().line.pendingAt(kStart), 0s);
}

TEST(Discipline, ClockThatIsFarAheadIsSlewedAsFastAsIsAllowed) {
    Discipline discipline{kMaxSlewPpb, 1s};
    discipline.apply(kStart, adjustmentTo(30s));
    EXPECT_EQ(discipline.apply(kStart, adjustmentTo(0s))->manner, Manner::fastSlew);
    EXPECT_EQ(discipline.state().line.at(kStart), 30s);
    EXPECT_EQ(discipline.state().line.at(kStart + 100s), 20s);
    EXPECT_EQ(discipline.state().line.at(kStart + 300s), 0s);
    // So it goes on to the end, and at the usual rate afterwards.
    EXPECT_EQ(discipline.apply(kStart + 295s, adjustmentTo(0s))->manner, Manner::fastSlew);
    EXPECT_EQ(discipline.state().line.at(kStart + 300s), 0s);
    EXPECT_EQ(discipline.apply(kStart + 301s, adjustmentTo(-500ms))->manner, Manner::slewed);
}

TEST(Discipline, GoesOnWithTheClockOfAnEarlierRun) {
    Discipline before{kMaxSlewPpb}, after{kMaxSlewPpb};
    before.apply(kStart, adjustmentTo(20min));
    after.resume(before.state());
    EXPECT_EQ(after.state().line.at(kStart + 1h), 20min);
    EXPECT_EQ(after.apply(kStart, adjustmentTo(20min + 1ms))->manner, Manner::slewed);
}

TEST(Discipline, SlewUnderWayIsNotKnownOfTheClock) {
    Discipline discipline{kMaxSlewPpb};
    EXPECT_FALSE(discipline.state().deviationAt(kStart));
    discipline.apply(kStart, adjustmentTo(0ns));
    EXPECT_EQ(discipline.state().deviationAt(kStart)->sigma, 0ns);
    discipline.apply(kStart, adjustmentTo(400ms));
    EXPECT_EQ(discipline.state().deviationAt(kStart)->sigma, 400ms);
}

TEST(Discipline, ClockThatMayHaveStoodStillIsNotKnownUntilItIsToldAgain) {
    Discipline discipline{kMaxSlewPpb};
    discipline.apply(kStart, adjustmentTo(0ns));
    discipline.doubt();
    EXPECT_FALSE(discipline.state().deviationAt(kStart));
    discipline.apply(kStart, adjustmentTo(0ns));
    EXPECT_TRUE(discipline.state().deviationAt(kStart));
}

TEST(Discipline, BeginsIn1970) {
    Discipline discipline{kMaxSlewPpb};
    const HostTime early{1min};
    EXPECT_TRUE(discipline.apply(early, adjustmentTo(-10s, early)));
    EXPECT_FALSE(discipline.apply(early, adjustmentTo(-61s, early)));
}

TEST(Discipline, IsNotSetToTheLastYearThatIsBelieved) {
    Discipline discipline{kMaxSlewPpb};
    const HostTime end{kTimeLimit};
    const HostTime early = end - std::chrono::days{370}, late = end - std::chrono::days{360};
    EXPECT_TRUE(discipline.apply(early, adjustmentTo(0ns, early)));
    EXPECT_FALSE(discipline.apply(late, adjustmentTo(0ns, late)));
}

TEST(Discipline, CorrectionOfWhichNothingIsKnownIsNotSaidToBeKnown) {
    Discipline discipline{kMaxSlewPpb};
    Adjustment adjustment = adjustmentTo(0ns);
    adjustment.deviation = {kTimeLimit - 1ns, 1e8};
    discipline.apply(kStart, adjustment);
    for (const Nanoseconds later :
         {0ns, 1ns, Nanoseconds{1h}, Nanoseconds{std::chrono::years{50}}}) {
        EXPECT_FALSE(discipline.state().deviationAt(kStart + later));
    }
    adjustment.deviation.sigma = kLargestSigma - 1h;
    discipline.apply(kStart, adjustment);
    EXPECT_TRUE(discipline.state().deviationAt(kStart + 1h));
    EXPECT_FALSE(discipline.state().deviationAt(kStart + 11h));
}

TEST(Discipline, RefusesATimeThatIsNotBelievable) {
    Discipline discipline{kMaxSlewPpb};
    EXPECT_FALSE(discipline.apply(kStart, adjustmentTo(std::chrono::years{-100})));
    EXPECT_FALSE(discipline.apply(kStart, adjustmentTo(std::chrono::years{140})));
    EXPECT_FALSE(discipline.state().synchronized);
    EXPECT_EQ(discipline.state().line.at(kStart), 0ns);
}

}  // namespace
}  // namespace berkeley::sync
