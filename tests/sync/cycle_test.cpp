/// What a sync cycle makes of the clocks of a group that knows its time.
#include <gtest/gtest.h>

#include "sync/group.h"
#include "sync/simple_group.h"

namespace berkeley::sync {
namespace {

using namespace std::chrono_literals;

TEST(Cycle, TextbookCorrectionsArePlusFiveMinusTwentyPlusFifteen) {
    SimpleGroup group;
    group.join("fast", 25min);
    group.join("slow", -10min);
    const CycleOutcome outcome = group.cycle(kStart);
    EXPECT_EQ(find(outcome, "master").change, 5min);
    EXPECT_EQ(find(outcome, "fast").change, -20min);
    EXPECT_EQ(find(outcome, "slow").change, 15min);
    EXPECT_EQ(outcome.status.average, 5min);
    EXPECT_EQ(outcome.status.spreadBefore, 35min);
    EXPECT_TRUE(outcome.status.clocks.front().master);
}

TEST(Cycle, AllClocksShowTheSameTimeAfterwards) {
    SimpleGroup group;
    const SlaveId fast = group.join("fast", 25min), slow = group.join("slow", -10min);
    group.cycle(kStart);
    const HostTime later = kStart + 2ms;
    EXPECT_EQ(group.time(fast, later), group.masterTime(later));
    EXPECT_EQ(group.time(slow, later), group.masterTime(later));
    EXPECT_EQ(group.masterTime(later).time_since_epoch(), (later + 5min).time_since_epoch());
}

TEST(Cycle, SecondCycleFindsNothingToCorrect) {
    SimpleGroup group;
    group.join("fast", 25min);
    group.join("slow", -10min);
    group.cycle(kStart);
    const CycleOutcome outcome = group.cycle(kStart + 1s);
    for (const ClockStatus& clock : outcome.status.clocks) {
        EXPECT_EQ(clock.change, 0ns) << clock.name;
    }
}

TEST(Cycle, ExcludedClockIsToldHowToComeBack) {
    SimpleGroup group;
    group.join("a", 0s);
    group.join("b", 0s);
    const SlaveId insane = group.join("insane", std::chrono::years{4});
    const CycleOutcome outcome = group.cycle(kStart);
    EXPECT_EQ(find(outcome, "insane").standing, Standing::outlier);
    EXPECT_EQ(group.time(insane, kStart + 2ms), group.masterTime(kStart + 2ms));
    EXPECT_EQ(find(group.cycle(kStart + 1s), "insane").standing, Standing::counted);
}

TEST(Cycle, ClockIsNewUntilItIsOnTheLineAndHasJumpedWhenItIsNotAnyMore) {
    SimpleGroup group;
    group.join("a", 0s);
    group.join("b", 0s);
    const SlaveId fast = group.join("fast", 0s, 300'000);
    HostTime now = kStart;
    EXPECT_EQ(find(group.cycle(now), "fast").standing, Standing::counted);
    EXPECT_EQ(find(group.cycle(now += 1s), "fast").standing, Standing::newcomer);
    group.cycles(10, now);
    EXPECT_EQ(find(group.cycle(now += 1s), "fast").standing, Standing::counted);
    group.set(fast, -1ms);
    EXPECT_EQ(find(group.cycle(now += 1s), "fast").standing, Standing::jumped);
}

/// It is not steered, so it never comes to be on the line.
TEST(Cycle, LabClockTakesPartInEachAverageWhereverItIs) {
    SimpleGroup group;
    group.join("a", 0s);
    group.joinLab("lab:1", 2s);
    HostTime now = kStart;
    EXPECT_EQ(find(group.cycle(now), "lab:1").standing, Standing::outlier);
    EXPECT_EQ(find(group.cycles(1, now), "lab:1").standing, Standing::outlier);
}

TEST(Cycle, MasterMovesWhenItIsTheWrongOne) {
    SimpleGroup group;
    for (const char* name : {"a", "b", "c"}) {
        group.join(name, std::chrono::years{4});
    }
    const CycleOutcome outcome = group.cycle(kStart);
    EXPECT_EQ(find(outcome, "master").standing, Standing::outlier);
    EXPECT_EQ(find(outcome, "a").change, 0ns);
    EXPECT_EQ(find(outcome, "master").change, std::chrono::years{4});
}

TEST(Cycle, SlaveThatDoesNotAnswerIsLateAndItsFiguresAreUnknown) {
    SimpleGroup group;
    group.join("here", 0s);
    const SlaveId gone = group.join("gone", 1min);
    const CycleOutcome outcome = group.cycle(kStart, {gone});
    const ClockStatus& status = find(outcome, "gone");
    EXPECT_EQ(status.standing, Standing::late);
    EXPECT_FALSE(status.offset || status.bound || status.delay || status.change);
    EXPECT_EQ(outcome.status.average, 0s);
    EXPECT_EQ(outcome.adjustments.size(), 1U);
}

TEST(Cycle, DriftingClockIsKeptTogetherByItsRate) {
    SimpleGroup group;
    const SlaveId drifting = group.join("drifting", 0s, 40'000);
    group.join("steady", 0s);
    HostTime now = kStart;
    for (int i = 0; i < 10; ++i, now += 1s) {
        group.cycle(now);
    }
    now += 10s;
    const Nanoseconds apart = group.time(drifting, now) - group.masterTime(now);
    EXPECT_LT(std::chrono::abs(apart), 2us) << "ten seconds after the last cycle";
}

TEST(Cycle, WhereAClockWasIsKnownHoweverLateItsAnswerCame) {
    SimpleGroup group;
    const SlaveId fast = group.join("fast", 0s, 400'000);
    HostTime now = kStart;
    group.cycles(60, now);
    const Nanoseconds offset = find(group.hearLate(fast, now += 1s, 900ms), "fast").offset.value();
    EXPECT_LT(std::chrono::abs(offset), 20us);
}

TEST(Cycle, GroupRunsAtTheMeanRateOfItsClocks) {
    SimpleGroup group;
    group.join("fast", 0s, 30'000);
    group.join("slow", 0s, -12'000);
    CycleOutcome outcome;
    for (int i = 0; i < 10; ++i) {
        outcome = group.cycle(kStart + i * 1s);
    }
    EXPECT_NEAR(outcome.master->frequencyPpb, 6'000, 20);
}

TEST(Cycle, LineOfAGroupThatIsFoundedMayStillGoAtAnyRateOfItsMembers) {
    SimpleGroup group;
    group.join("a", 0s);
    EXPECT_GE(group.cycle(kStart).master->boundGrowthPpb, 1'000'000);
}

TEST(Cycle, ClockThatIsTooFastDoesNotWidenTheBoundsOfOthers) {
    SimpleGroup group;
    group.join("a", 0s);
    group.join("b", 0s);
    group.join("fast", 0s, 3'000'000);
    HostTime now = kStart;
    EXPECT_LT(group.cycles(20, now).master->boundGrowthPpb, 100'000);
}

TEST(Cycle, ClockThatIsTooFastHasNoPartInTheRate) {
    SimpleGroup group;
    group.join("a", 0s, 300'000);
    group.join("fast", 0s, 3'000'000);
    HostTime now = kStart;
    EXPECT_NEAR(group.cycles(20, now).master->frequencyPpb, 150'000, 1'000);
}

TEST(Cycle, ClockThatIsTooFastHasNoPartInTheAverage) {
    SimpleGroup group;
    const SlaveId fast = group.join("fast", 0s, 3'000'000);
    HostTime now = kStart;
    group.cycles(60, now);
    group.set(fast, 40us);
    EXPECT_EQ(group.cycles(1, now).status.average, 0s);
}

TEST(Cycle, NoClockThatIsTooFastIsWaitedForWhenTheRateIsFounded) {
    SimpleGroup group;
    group.join("a", 0s, 20'000);
    group.join("fast", 0s, 3'000'000);
    group.join("slow", 0s, -3'000'000);
    HostTime now = kStart;
    EXPECT_NEAR(group.cycles(20, now).master->frequencyPpb, 10'000, 1'000);
}

}  // namespace
}  // namespace berkeley::sync
