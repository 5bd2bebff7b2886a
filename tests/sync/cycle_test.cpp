#include "sync/group.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace berkeley {
namespace {

using namespace std::chrono_literals;

constexpr HostTime kStart{std::chrono::hours{500'000}};

/// A master and its slaves, whose path takes 50 µs each way and whom it polls once in a cycle.
class Fixture {
  public:
    SlaveId join(const std::string& name, Nanoseconds offset, double driftPpb = 0,
                 HostTime now = kStart) {
        const SlaveId slave = group_.join(name, name + ":1", std::nullopt, now);
        slaves_.emplace(slave, Clock{offset, driftPpb, Discipline{500'000}});
        return slave;
    }

    SlaveId joinLab(const std::string& address, Nanoseconds offset) {
        const SlaveId slave = group_.joinLab(address, kStart);
        slaves_.emplace(slave, Clock{offset, 0, Discipline{500'000}});
        return slave;
    }

    CycleOutcome cycle(HostTime when, std::vector<SlaveId> silent = {}) {
        group_.beginCycle();
        for (auto& [slave, clock] : slaves_) {
            if (std::find(silent.begin(), silent.end(), slave) == silent.end()) {
                exchange(slave, clock, when);
            }
        }
        const HostTime end = when + 1ms;
        CycleOutcome outcome = group_.conclude(end, master_.state());
        if (outcome.master) {
            master_.apply(end, *outcome.master);
        }
        for (const auto& [slave, adjustment] : outcome.adjustments) {
            Clock& clock = slaves_.at(slave);
            if (!group_.members().at(slave).lab) {
                clock.discipline.apply(clock.at(end), adjustment);
            }
        }
        return outcome;
    }

    /// The slaves have another master now, who was told this line.
    void changeMaster(HostTime now, const Adjustment& line) {
        master_.apply(now, line);
        changeMaster(now);
    }

    /// The slaves have another master now, whose clock and line are the same.
    void changeMaster(HostTime now) {
        group_ = Group{options_, now};
        group_.lead(master_.state(), 2, now);
        std::map<SlaveId, Clock> slaves;
        for (const auto& [former, clock] : slaves_) {
            const std::string name = "slave-" + std::to_string(former);
            const SlaveId slave = group_.join(name, name + ":1", std::nullopt, now);
            group_.introduce(slave, clock.discipline.state().adjustment.membership);
            slaves.emplace(slave, clock);
        }
        slaves_ = std::move(slaves);
    }

    /// It has to ask its slaves for the line, and remembers at most the rate of an earlier run.
    void restartMaster(HostTime now, std::optional<double> rememberedPpb) {
        options_.rememberedPpb = rememberedPpb;
        master_ = Discipline{500'000};
        changeMaster(now);
    }

    void waitBeforeDeciding(Nanoseconds time) { options_.foundAfter = time; }

    /// An exchange with that slave, whose answer takes so long, ends the cycle.
    CycleOutcome hearLate(SlaveId slave, HostTime when, Nanoseconds late) {
        group_.beginCycle();
        const Clock& clock = slaves_.at(slave);
        const HostTime t2 = clock.at(when + 50us), t3 = clock.at(when + 60us);
        const ClockState state = clock.discipline.state();
        (void)group_.beginBurst(slave, 1s);
        group_.record(slave, {when, t2, t3, when + late},
                      {t3, state.line.at(t3), state.deviationAt(t3)});
        return group_.conclude(when + late + 1ms, master_.state());
    }

    CycleOutcome cycles(int count, HostTime& now) {
        CycleOutcome outcome;
        for (int i = 0; i < count; ++i) {
            outcome = cycle(now += 1s);
        }
        return outcome;
    }

    /// Its clock is on the line of another group, on which it is that far ahead.
    SlaveId joinFrom(const Membership& membership, const std::string& name, Nanoseconds correction,
                     HostTime now) {
        const SlaveId slave = join(name, 0s, 0, now);
        slaves_.at(slave).discipline.apply(
            now, {.reference = now, .correction = correction, .membership = membership});
        group_.introduce(slave, membership);
        return slave;
    }

    void leave(SlaveId slave) {
        group_.leave(slave);
        slaves_.erase(slave);
    }

    void tell(SlaveId slave, HostTime now, const Deviation& deviation) {
        Discipline& discipline = slaves_.at(slave).discipline;
        Adjustment adjustment = discipline.state().adjustment;
        adjustment.deviation = deviation;
        discipline.apply(slaves_.at(slave).at(now), adjustment);
    }

    void setAll(Nanoseconds by) {
        for (auto& [slave, clock] : slaves_) {
            clock.offset += by;
        }
    }

    void doubt(HostTime now) { group_.doubt(now); }

    void set(SlaveId slave, Nanoseconds by) { slaves_.at(slave).offset += by; }

    GroupTime masterTime(HostTime when) const { return master_.state().line.groupTimeAt(when); }
    GroupTime time(SlaveId slave, HostTime when) const {
        const Clock& clock = slaves_.at(slave);
        return clock.discipline.state().line.groupTimeAt(clock.at(when));
    }

  private:
    struct Clock {
        Nanoseconds offset;
        double driftPpb;
        Discipline discipline;

        HostTime at(HostTime master) const {
            return master + offset + driftOver(master - kStart, driftPpb);
        }
    };

    void exchange(SlaveId slave, const Clock& clock, HostTime when) {
        (void)group_.beginBurst(slave, 1s);
        const HostTime t2 = clock.at(when + 50us), t3 = clock.at(when + 60us);
        const ClockState state = clock.discipline.state();
        group_.record(slave, {when, t2, t3, when + 110us},
                      {t3, state.line.at(t3), state.deviationAt(t3)});
    }

    GroupOptions options_{.foundAfter = 0s};
    Group group_{options_, kStart};
    Discipline master_{500'000};
    std::map<SlaveId, Clock> slaves_;
};

const ClockStatus& find(const CycleOutcome& outcome, const std::string& name) {
    const auto& clocks = outcome.status.clocks;
    return *std::find_if(clocks.begin(), clocks.end(),
                         [&](const ClockStatus& clock) { return clock.name == name; });
}

TEST(Cycle, TextbookCorrectionsArePlusFiveMinusTwentyPlusFifteen) {
    Fixture group;
    group.join("fast", 25min);
    group.join("slow", -10min);
    const CycleOutcome outcome = group.cycle(kStart);
    EXPECT_EQ(find(outcome, "master").correction, 5min);
    EXPECT_EQ(find(outcome, "fast").correction, -20min);
    EXPECT_EQ(find(outcome, "slow").correction, 15min);
    EXPECT_EQ(outcome.status.average, 5min);
    EXPECT_EQ(outcome.status.spreadBefore, 35min);
    EXPECT_TRUE(outcome.status.clocks.front().master);
}

TEST(Cycle, AllClocksShowTheSameTimeAfterwards) {
    Fixture group;
    const SlaveId fast = group.join("fast", 25min), slow = group.join("slow", -10min);
    group.cycle(kStart);
    const HostTime later = kStart + 2ms;
    EXPECT_EQ(group.time(fast, later), group.masterTime(later));
    EXPECT_EQ(group.time(slow, later), group.masterTime(later));
    EXPECT_EQ(group.masterTime(later).time_since_epoch(), (later + 5min).time_since_epoch());
}

TEST(Cycle, SecondCycleFindsNothingToCorrect) {
    Fixture group;
    group.join("fast", 25min);
    group.join("slow", -10min);
    group.cycle(kStart);
    const CycleOutcome outcome = group.cycle(kStart + 1s);
    for (const ClockStatus& clock : outcome.status.clocks) {
        EXPECT_EQ(clock.correction, 0ns) << clock.name;
    }
}

TEST(Cycle, ExcludedClockIsToldHowToComeBack) {
    Fixture group;
    group.join("a", 0s);
    group.join("b", 0s);
    const SlaveId insane = group.join("insane", std::chrono::years{4});
    const CycleOutcome outcome = group.cycle(kStart);
    EXPECT_EQ(find(outcome, "insane").exclusion, Exclusion::outlier);
    EXPECT_EQ(group.time(insane, kStart + 2ms), group.masterTime(kStart + 2ms));
    EXPECT_EQ(find(group.cycle(kStart + 1s), "insane").exclusion, Exclusion::none);
}

TEST(Cycle, ClockIsNewUntilItIsOnTheLineAndHasJumpedWhenItIsNotAnyMore) {
    Fixture group;
    group.join("a", 0s);
    group.join("b", 0s);
    const SlaveId fast = group.join("fast", 0s, 300'000);
    HostTime now = kStart;
    EXPECT_EQ(find(group.cycle(now), "fast").exclusion, Exclusion::none);
    EXPECT_EQ(find(group.cycle(now += 1s), "fast").exclusion, Exclusion::newcomer);
    for (int i = 0; i < 10; ++i) {
        group.cycle(now += 1s);
    }
    EXPECT_EQ(find(group.cycle(now += 1s), "fast").exclusion, Exclusion::none);
    group.set(fast, -1ms);
    EXPECT_EQ(find(group.cycle(now += 1s), "fast").exclusion, Exclusion::jumped);
}

/// It is not steered, so it never comes to be on the line.
TEST(Cycle, LabClockTakesPartInEachAverageWhereverItIs) {
    Fixture group;
    group.join("a", 0s);
    group.joinLab("lab:1", 2s);
    HostTime now = kStart;
    EXPECT_EQ(find(group.cycle(now), "lab:1").exclusion, Exclusion::outlier);
    EXPECT_EQ(find(group.cycles(1, now), "lab:1").exclusion, Exclusion::outlier);
}

TEST(Cycle, MasterMovesWhenItIsTheWrongOne) {
    Fixture group;
    for (const char* name : {"a", "b", "c"}) {
        group.join(name, std::chrono::years{4});
    }
    const CycleOutcome outcome = group.cycle(kStart);
    EXPECT_EQ(find(outcome, "master").exclusion, Exclusion::outlier);
    EXPECT_EQ(find(outcome, "a").correction, 0ns);
    EXPECT_EQ(find(outcome, "master").correction, std::chrono::years{4});
}

TEST(Cycle, SlaveThatDoesNotAnswerIsLateAndItsFiguresAreUnknown) {
    Fixture group;
    group.join("here", 0s);
    const SlaveId gone = group.join("gone", 1min);
    const CycleOutcome outcome = group.cycle(kStart, {gone});
    const ClockStatus& status = find(outcome, "gone");
    EXPECT_EQ(status.exclusion, Exclusion::late);
    EXPECT_FALSE(status.offset || status.bound || status.delay || status.correction);
    EXPECT_EQ(outcome.status.average, 0s);
    EXPECT_EQ(outcome.adjustments.size(), 1U);
}

TEST(Cycle, DriftingClockIsKeptTogetherByItsRate) {
    Fixture group;
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
    Fixture group;
    const SlaveId fast = group.join("fast", 0s, 400'000);
    HostTime now = kStart;
    group.cycles(60, now);
    const Nanoseconds offset = find(group.hearLate(fast, now += 1s, 900ms), "fast").offset.value();
    EXPECT_LT(std::chrono::abs(offset), 20us);
}

/// The answer came 100 µs late, which looks like an offset of half of that.
TEST(Cycle, NewMasterBeginsWithWhatASlaveKnowsOfItself) {
    Fixture group;
    const SlaveId slave = group.join("a", 0s);
    HostTime now = kStart;
    group.cycles(60, now);
    group.changeMaster(now);
    const Nanoseconds offset =
        find(group.hearLate(slave, now += 1s, 210us), "slave-1").offset.value();
    EXPECT_LT(std::chrono::abs(offset), 10us);
}

TEST(Cycle, GroupRunsAtTheMeanRateOfItsClocks) {
    Fixture group;
    group.join("fast", 0s, 30'000);
    group.join("slow", 0s, -12'000);
    CycleOutcome outcome;
    for (int i = 0; i < 10; ++i) {
        outcome = group.cycle(kStart + i * 1s);
    }
    EXPECT_NEAR(outcome.master->frequencyPpb, 6'000, 20);
}

TEST(Cycle, NewcomerMovesNobodyWhileTheOthersKnowTheirTimeBetterThanTheNewMaster) {
    Fixture group;
    for (const char* name : {"a", "b", "c", "d"}) {
        group.join(name, 0s);
    }
    HostTime now = kStart;
    for (int i = 0; i < 60; ++i) {
        group.cycle(now += 1s);
    }
    group.changeMaster(now);
    const GroupTime before = group.masterTime(now + 10s);
    group.join("new", 1ms, 15'000);
    for (int i = 0; i < 3; ++i) {
        const CycleOutcome outcome = group.cycle(now += 1s);
        EXPECT_EQ(find(outcome, "slave-1").exclusion, Exclusion::none);
        EXPECT_FALSE(find(outcome, "slave-1").correction) << "it knows its own better";
    }
    EXPECT_LE(std::chrono::abs(group.masterTime(now + 7s) - before), 10ns);
}

TEST(Cycle, WhoComesWhileTheLineIsContradictedIsToldNothingUntilThatIsSettled) {
    Fixture group;
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
TEST(Cycle, BoundOfATakeoverFades) {
    Fixture group;
    for (const char* name : {"a", "b", "c", "d"}) {
        group.join(name, 0s);
    }
    HostTime now = kStart;
    for (int i = 0; i < 60; ++i) {
        group.cycle(now += 1s);
    }
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
TEST(Cycle, RateOfALineMayBeOffByAsMuchAsItsMasterWasTold) {
    Fixture group;
    group.join("a", 0s);
    group.join("b", 0s);
    Adjustment line = group.cycle(kStart).master.value();
    line.reference = kStart + 1s;
    line.boundGrowthPpb = 800'000;
    group.changeMaster(line.reference, line);
    EXPECT_GE(group.cycle(kStart + 2s).master->boundGrowthPpb, 800'000);
}

TEST(Cycle, MasterThatHasJustJoinedWaitsForThoseThatKnowTheLineBest) {
    Fixture group;
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

TEST(Cycle, RateThatIsOnlyRememberedMakesTheBoundGrow) {
    for (const std::optional<double> remembered :
         {std::optional<double>{}, std::optional{1'000.0}}) {
        Fixture group;
        group.join("a", 0s);
        group.join("b", 0s);
        group.cycle(kStart);
        group.restartMaster(kStart, remembered);
        const Adjustment line = group.cycle(kStart + 1s).master.value();
        EXPECT_EQ(line.frequencyPpb, remembered.value_or(0));
        EXPECT_NEAR(line.boundGrowthPpb, remembered ? 10'200 : 500'200, 100);
    }
}

TEST(Cycle, LineOfAGroupThatIsFoundedMayStillGoAtAnyRateOfItsMembers) {
    Fixture group;
    group.join("a", 0s);
    EXPECT_GE(group.cycle(kStart).master->boundGrowthPpb, 1'000'000);
}

TEST(Cycle, ClockThatIsTooFastDoesNotWidenTheBoundsOfOthers) {
    Fixture group;
    group.join("a", 0s);
    group.join("b", 0s);
    group.join("fast", 0s, 3'000'000);
    HostTime now = kStart;
    EXPECT_LT(group.cycles(20, now).master->boundGrowthPpb, 100'000);
}

TEST(Cycle, ClockThatIsTooFastHasNoPartInTheRate) {
    Fixture group;
    group.join("a", 0s, 300'000);
    group.join("fast", 0s, 3'000'000);
    HostTime now = kStart;
    EXPECT_NEAR(group.cycles(20, now).master->frequencyPpb, 150'000, 1'000);
}

TEST(Cycle, ClockThatIsTooFastHasNoPartInTheAverage) {
    Fixture group;
    const SlaveId fast = group.join("fast", 0s, 3'000'000);
    HostTime now = kStart;
    group.cycles(60, now);
    group.set(fast, 40us);
    EXPECT_EQ(group.cycles(1, now).status.average, 0s);
}

TEST(Cycle, NoClockThatIsTooFastIsWaitedForWhenTheRateIsFounded) {
    Fixture group;
    group.join("a", 0s, 20'000);
    group.join("fast", 0s, 3'000'000);
    group.join("slow", 0s, -3'000'000);
    HostTime now = kStart;
    EXPECT_NEAR(group.cycles(20, now).master->frequencyPpb, 10'000, 1'000);
}

TEST(Cycle, MasterThatIsSlewedToTheLineDoesNotCount) {
    Fixture group;
    for (const char* name : {"a", "b", "c"}) {
        group.join(name, 0s);
    }
    HostTime now = kStart;
    group.cycles(60, now);
    group.setAll(100ms);
    const CycleOutcome outcome = group.cycles(1, now);
    EXPECT_EQ(outcome.status.corrected, 100ms);
    EXPECT_GE(outcome.master->boundGrowthPpb, 1'500) << "of its rate nobody knows what it did";
    EXPECT_EQ(find(group.cycles(5, now), "master").exclusion, Exclusion::jumped);
}

TEST(Cycle, AllThatWereThereBeforeNeedNotWaitToDecide) {
    Fixture group;
    for (const char* name : {"a", "b", "c"}) {
        group.join(name, 0s);
    }
    HostTime now = kStart;
    group.cycle(now);
    group.waitBeforeDeciding(5s);
    group.changeMaster(now);
    group.cycles(10, now);
    group.setAll(100ms);
    EXPECT_EQ(group.cycles(1, now).status.corrected, 100ms);
}

/// They would repeat what they were told, and outvote those that know better.
TEST(Cycle, MasterThatIsAloneTellsItsLineToNoNewcomerAtOnce) {
    Fixture group;
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

TEST(Cycle, MasterThatAllHaveLeftTellsItsLineToNoNewcomerAtOnce) {
    Fixture group;
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

TEST(Cycle, MasterThatHasBeenAloneFromTheBeginningTellsTheFirstSlaveAtOnce) {
    Fixture group;
    group.waitBeforeDeciding(5s);
    HostTime now = kStart;
    group.changeMaster(now);
    group.cycles(10, now);
    group.join("a", 1min, 0, now);
    EXPECT_EQ(group.cycles(1, now).adjustments.size(), 1U);
}

TEST(Cycle, OfTwoClocksTheLaterOneIsRight) {
    for (const Nanoseconds jump : {4s, -4s}) {
        Fixture group;
        group.join("a", 0s);
        HostTime now = kStart;
        group.cycles(10, now);
        group.setAll(jump);
        EXPECT_EQ(group.cycles(1, now).status.average, std::max(jump, Nanoseconds{0s}));
    }
}

TEST(Cycle, ClocksThatDoNotAgreeWithEachOtherAreNotFollowed) {
    Fixture group;
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

TEST(Cycle, MembersOfAnotherGroupHaveNoSayWhereTheLineIs) {
    Fixture group;
    group.join("a", 0s);
    HostTime now = kStart;
    group.cycles(10, now);
    for (const char* name : {"b", "c", "d"}) {
        group.joinFrom({.group = 99, .term = 7}, name, 10s, now);
    }
    const CycleOutcome outcome = group.cycles(1, now);
    EXPECT_EQ(find(outcome, "d").exclusion, Exclusion::newcomer);
    EXPECT_FALSE(outcome.status.corrected);
    EXPECT_EQ(outcome.master->correction, 0s);
}

TEST(Cycle, MasterThatKnowsNoGroupTakesUpTheLargest) {
    for (const bool largestFirst : {false, true}) {
        Fixture group;
        const Membership large{largestFirst ? GroupId{7} : 99, 3};
        group.joinFrom(large, "a", 10s, kStart);
        group.joinFrom({50, 5}, "b", 20s, kStart);
        group.joinFrom(large, "c", 10s, kStart);
        const CycleOutcome outcome = group.cycle(kStart);
        EXPECT_EQ(outcome.status.membership, (Membership{large.group, 4}));
        EXPECT_EQ(outcome.status.average, 10s);
    }
}

TEST(Cycle, MasterThatAsksItsSlavesWasNotCorrectedByThem) {
    Fixture group;
    group.join("a", 1min);
    group.cycle(kStart);
    group.restartMaster(kStart, {});
    const CycleOutcome outcome = group.cycle(kStart + 1s);
    EXPECT_EQ(outcome.status.average, 30s);
    EXPECT_FALSE(outcome.status.corrected);
}

TEST(Cycle, MasterThatDoubtsItselfWaitsForThoseThatKnow) {
    Fixture group;
    const SlaveId slave = group.join("a", 0s);
    HostTime now = kStart;
    group.cycles(10, now);
    group.doubt(now);
    EXPECT_FALSE(group.cycle(now += 1s, {slave}).master);
    EXPECT_TRUE(group.cycle(now += 1s).master);
}

/// It says itself how far it still has to go.
TEST(Cycle, SlaveThatIsSlewedFromAfarIsNoWitness) {
    Fixture group;
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

}  // namespace
}  // namespace berkeley
