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
    SlaveId join(const std::string& name, Nanoseconds offset, double driftPpb = 0) {
        const SlaveId slave = group_.join(name, name + ":1", std::nullopt, kStart);
        slaves_.emplace(slave, Clock{offset, driftPpb, Discipline{500'000}});
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
            clock.discipline.apply(clock.at(end), adjustment);
        }
        return outcome;
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

}  // namespace
}  // namespace berkeley
