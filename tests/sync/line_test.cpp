/// Who knows the group's line: takeovers, restarts, jumps and contradictions.
#include <gtest/gtest.h>

#include "sync/group.h"
#include "sync/simple_group.h"

namespace berkeley::sync {
namespace {

using namespace std::chrono_literals;

/// The answer came 100 µs late, which looks like an offset of half of that.
TEST(Line, NewMasterBeginsWithWhatASlaveKnowsOfItself) {
    SimpleGroup group;
    const SlaveId slave = group.join("a", 0s);
    HostTime now = kStart;
    group.cycles(60, now);
    group.changeMaster(now);
    const Nanoseconds offset =
        find(group.hearLate(slave, now += 1s, 210us), "slave-1").offset.value();
    EXPECT_LT(std::chrono::abs(offset), 10us);
}

TEST(Line, NewcomerMovesNobodyWhileTheOthersKnowTheirTimeBetterThanTheNewMaster) {
    SimpleGroup group;
    group.joinAll({"a", "b", "c", "d"});
    HostTime now = kStart;
    group.cycles(60, now);
    group.changeMaster(now);
    const GroupTime before = group.masterTime(now + 10s);
    group.join("new", 1ms, 15'000);
    for (int i = 0; i < 3; ++i) {
        const CycleOutcome outcome = group.cycle(now += 1s);
        EXPECT_EQ(find(outcome, "slave-1").standing, Standing::counted);
        EXPECT_FALSE(find(outcome, "slave-1").change) << "it knows its own better";
    }
    EXPECT_LE(std::chrono::abs(group.masterTime(now + 7s) - before), 10ns);
}

TEST(Line, WhoComesWhileTheLineIsContradictedIsToldNothingUntilThatIsSettled) {
    SimpleGroup group;
    const SlaveId paused = group.join("a", 0s);
    HostTime now = kStart;
    group.cycle(now);
    group.waitBeforeDeciding(5s);
    group.changeMaster(now);
    group.set(paused, -4s);
    const SlaveId fresh = group.join("fresh", 1min);
    for (int i = 0; i < 4; ++i) {
        EXPECT_TRUE(group.cycle(now += 1s).adjustments.empty());
    }
    group.cycle(now += 1s);
    EXPECT_EQ(group.time(fresh, now + 2ms), group.masterTime(now + 2ms));
}

/// Who still follows the line of the master before is as far from this one's.
TEST(Line, BoundOfATakeoverFades) {
    SimpleGroup group;
    group.joinAll({"a", "b", "c", "d"});
    HostTime now = kStart;
    group.cycles(60, now);
    group.changeMaster(now);
    std::vector<Nanoseconds> bounds;
    for (int i = 0; i < 60; ++i) {
        bounds.push_back(group.cycle(now += 1s).master.value().bound);
    }
    const auto most = std::max_element(bounds.begin(), bounds.end());
    ASSERT_GT(*most, 500ns);
    EXPECT_EQ(*most - *std::next(most), 500ns);
    EXPECT_EQ(bounds.back(), 0ns);
}

/// As the slaves of a master that has only just joined have to reckon with.
TEST(Line, RateOfALineMayBeOffByAsMuchAsItsMasterWasTold) {
    SimpleGroup group;
    group.join("a", 0s);
    group.join("b", 0s);
    Adjustment line = group.cycle(kStart).master.value();
    line.reference = kStart + 1s;
    line.boundGrowthPpb = 800'000;
    group.changeMaster(line.reference, line);
    EXPECT_GE(group.cycle(kStart + 2s).master->boundGrowthPpb, 800'000);
}

TEST(Line, MasterThatHasJustJoinedWaitsForThoseThatKnowTheLineBest) {
    SimpleGroup group;
    const SlaveId bad = group.join("a", 0s);
    const SlaveId good = group.join("b", 0s);
    HostTime now = kStart;
    Adjustment line = group.cycles(60, now).master.value();
    line.correction += 20us;
    line.deviation = {50us, 10'000};
    group.tell(bad, now, {1ms, 10'000});
    group.waitBeforeDeciding(5s);
    group.changeMaster(now, line);
    group.cycle(now += 1s, {good});
    group.cycles(1, now);
    now += 500ms;
    EXPECT_LT(std::chrono::abs(group.masterTime(now) - group.time(good, now)), 5us);
}

TEST(Line, RateThatIsOnlyRememberedMakesTheBoundGrow) {
    for (const std::optional<double> remembered :
         {std::optional<double>{}, std::optional{1'000.0}}) {
        SimpleGroup group;
        group.join("a", 0s);
        group.join("b", 0s);
        group.cycle(kStart);
        group.restartMaster(kStart, remembered);
        const Adjustment line = group.cycle(kStart + 1s).master.value();
        EXPECT_EQ(line.frequencyPpb, remembered.value_or(0));
        EXPECT_NEAR(line.boundGrowthPpb, remembered ? 10'200 : 500'200, 100);
    }
}

TEST(Line, IsThatOfItsMembersThoughNoneKnowsItWell) {
    for (const int size : {1, 2, 5}) {
        SimpleGroup group;
        std::vector<SlaveId> slaves;
        for (int i = 0; i < size; ++i) {
            slaves.push_back(group.join("a", 1h));
        }
        group.cycle(kStart);
        for (const SlaveId slave : slaves) {
            group.tell(slave, kStart, {kLargestSigma - 1h, 1'000});
        }
        const GroupTime before = group.masterTime(kStart + 1s);
        ASSERT_GT(before, corrected(kStart + 1s, 1min));
        group.restartMaster(kStart, std::nullopt);
        group.cycle(kStart + 1s);
        const Nanoseconds moved = group.masterTime(kStart + 1s + 1ms) - before - 1ms;
        EXPECT_LT(std::chrono::abs(moved), 100us) << size;
    }
}

TEST(Line, SlaveThatKnowsNothingOfItsClockIsTold) {
    SimpleGroup group;
    const SlaveId lost = group.join("a", 0s);
    group.cycle(kStart);
    group.tell(lost, kStart, {kTimeLimit - 1ns, 1e8});
    group.restartMaster(kStart, std::nullopt);
    EXPECT_EQ(group.cycle(kStart + 1s).adjustments.size(), 1U);
}

TEST(Line, MasterThatIsSlewedToTheLineDoesNotCount) {
    SimpleGroup group;
    group.joinAll({"a", "b", "c"});
    HostTime now = kStart;
    group.cycles(60, now);
    group.setAll(100ms);
    const CycleOutcome outcome = group.cycles(1, now);
    EXPECT_EQ(outcome.status.contradiction, 100ms);
    EXPECT_GE(outcome.master->boundGrowthPpb, 1'500) << "of its rate nobody knows what it did";
    EXPECT_EQ(find(group.cycles(5, now), "master").standing, Standing::jumped);
}

TEST(Line, AllThatWereThereBeforeNeedNotWaitToDecide) {
    SimpleGroup group;
    group.joinAll({"a", "b", "c"});
    HostTime now = kStart;
    group.cycle(now);
    group.waitBeforeDeciding(5s);
    group.changeMaster(now);
    group.cycles(10, now);
    group.setAll(100ms);
    EXPECT_EQ(group.cycles(1, now).status.contradiction, 100ms);
}

/// They would repeat what they were told, and outvote those that know better.
TEST(Line, MasterThatIsAloneTellsItsLineToNoNewcomerAtOnce) {
    SimpleGroup group;
    group.waitBeforeDeciding(5s);
    HostTime now = kStart;
    group.changeMaster(now, {.reference = now, .membership = {7, 3}});
    group.join("b", 1min);
    group.join("c", 1min);
    EXPECT_TRUE(group.cycles(2, now).adjustments.empty());
    group.joinFrom({7, 3}, "a", 4s, now);
    EXPECT_TRUE(group.cycles(2, now).adjustments.empty());
    EXPECT_EQ(group.cycles(5, now).status.clocks.size(), 4U);
    const GroupTime right{(now + 4s).time_since_epoch()};
    EXPECT_LT(std::chrono::abs(group.masterTime(now) - right), 100us);
}

TEST(Line, MasterThatAllHaveLeftTellsItsLineToNoNewcomerAtOnce) {
    SimpleGroup group;
    group.waitBeforeDeciding(5s);
    HostTime now = kStart;
    group.changeMaster(now, {.reference = now, .membership = {7, 3}});
    const SlaveId member = group.joinFrom({7, 3}, "a", 0s, now);
    group.cycles(3, now);
    group.leave(member);
    group.join("b", 1min, 0, now);
    EXPECT_TRUE(group.cycles(4, now).adjustments.empty());
    EXPECT_FALSE(group.cycles(2, now).adjustments.empty());
    group.join("c", 1min, 0, now);
    EXPECT_EQ(group.cycles(1, now).adjustments.size(), 2U);
}

TEST(Line, MasterThatHasBeenAloneFromTheBeginningTellsTheFirstSlaveAtOnce) {
    SimpleGroup group;
    group.waitBeforeDeciding(5s);
    HostTime now = kStart;
    group.changeMaster(now);
    group.cycles(10, now);
    group.join("a", 1min, 0, now);
    EXPECT_EQ(group.cycles(1, now).adjustments.size(), 1U);
}

TEST(Line, OfTwoClocksTheLaterOneIsRight) {
    for (const Nanoseconds jump : {4s, -4s}) {
        SimpleGroup group;
        group.join("a", 0s);
        HostTime now = kStart;
        group.cycles(10, now);
        group.setAll(jump);
        EXPECT_EQ(group.cycles(1, now).status.average, std::max(jump, Nanoseconds{0s}));
    }
}

TEST(Line, ClocksThatDoNotAgreeWithEachOtherAreNotFollowed) {
    SimpleGroup group;
    std::vector<SlaveId> slaves;
    for (const char* name : {"a", "b", "c", "d"}) {
        slaves.push_back(group.join(name, 0s));
    }
    HostTime now = kStart;
    group.cycles(10, now);
    for (std::size_t i = 1; i < slaves.size(); ++i) {
        group.set(slaves[i], static_cast<int>(i) * 10s);
    }
    EXPECT_EQ(group.cycles(1, now).status.average, 0s);
}

TEST(Line, MembersOfAnotherGroupHaveNoSayWhereTheLineIs) {
    SimpleGroup group;
    group.join("a", 0s);
    HostTime now = kStart;
    group.cycles(10, now);
    for (const char* name : {"b", "c", "d"}) {
        group.joinFrom({.group = 99, .term = 7}, name, 10s, now);
    }
    const CycleOutcome outcome = group.cycles(1, now);
    EXPECT_EQ(find(outcome, "d").standing, Standing::newcomer);
    EXPECT_FALSE(outcome.status.contradiction);
    EXPECT_EQ(outcome.master->correction, 0s);
}

TEST(Line, MasterThatKnowsNoGroupTakesUpTheLargest) {
    for (const bool largestFirst : {false, true}) {
        SimpleGroup group;
        const Membership large{largestFirst ? GroupId{7} : 99, 3};
        group.joinFrom(large, "a", 10s, kStart);
        group.joinFrom({50, 5}, "b", 20s, kStart);
        group.joinFrom(large, "c", 10s, kStart);
        const CycleOutcome outcome = group.cycle(kStart);
        EXPECT_EQ(outcome.status.membership, (Membership{large.group, 4}));
        EXPECT_EQ(outcome.status.average, 10s);
    }
}

TEST(Line, MasterThatAsksItsSlavesWasNotCorrectedByThem) {
    SimpleGroup group;
    group.join("a", 1min);
    group.cycle(kStart);
    group.restartMaster(kStart, {});
    const CycleOutcome outcome = group.cycle(kStart + 1s);
    EXPECT_EQ(outcome.status.average, 30s);
    EXPECT_FALSE(outcome.status.contradiction);
}

TEST(Line, MasterThatDoubtsItselfWaitsForThoseThatKnow) {
    SimpleGroup group;
    const SlaveId slave = group.join("a", 0s);
    HostTime now = kStart;
    group.cycles(10, now);
    group.doubt(now);
    EXPECT_FALSE(group.cycle(now += 1s, {slave}).master);
    EXPECT_TRUE(group.cycle(now += 1s).master);
}

/// It says itself how far it still has to go.
TEST(Line, SlaveThatIsSlewedFromAfarIsNoWitness) {
    SimpleGroup group;
    const SlaveId right = group.join("a", 0s), slewed = group.join("b", 0s);
    HostTime now = kStart;
    group.cycles(10, now);
    group.set(slewed, 30ms);
    group.cycles(1, now);
    group.restartMaster(now, {});
    group.cycles(1, now);
    now += 2ms;
    EXPECT_LT(std::chrono::abs(group.masterTime(now) - group.time(right, now)), 100us);
}

/// A jump long after a takeover is no takeover.
TEST(Line, RateThatHasBeenLearntIsNotDoubtedAnyMore) {
    SimpleGroup group;
    group.joinAll({"a", "b"});
    Adjustment line = group.cycle(kStart).master.value();
    line.boundGrowthPpb = 800'000;
    HostTime now = kStart;
    group.changeMaster(now, line);
    group.cycles(60, now);
    group.setAll(100ms);
    const CycleOutcome outcome = group.cycles(1, now);
    EXPECT_EQ(outcome.status.contradiction, 100ms);
    EXPECT_LT(outcome.master->boundGrowthPpb, 100'000);
}

}  // namespace
}  // namespace berkeley::sync
