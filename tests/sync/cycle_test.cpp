#include "berkeley/sync/cycle.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace berkeley {
namespace {

using namespace std::chrono_literals;

constexpr HostTime kStart{std::chrono::hours{500'000}};

/// A group whose path takes 50 µs each way and whose master polls each slave once in a cycle.
class Group {
  public:
    SlaveId join(const std::string& name, Nanoseconds offset, double driftPpb = 0) {
        const SlaveId slave = roster_.join(name, name + ":1", false);
        slaves_.emplace(slave, Clock{offset, driftPpb, Discipline{500'000}});
        return slave;
    }

    CycleOutcome cycle(HostTime when, std::vector<SlaveId> silent = {}) {
        roster_.beginCycle();
        for (auto& [slave, clock] : slaves_) {
            if (std::find(silent.begin(), silent.end(), slave) == silent.end()) {
                exchange(slave, clock, when);
            }
        }
        const HostTime end = when + 1ms;
        CycleOutcome outcome =
            concludeCycle(++cycle_, end, roster_, rate_, group_, master_.state(), options_);
        group_ = outcome.master;
        master_.apply(end, outcome.master);
        for (const auto& [slave, adjustment] : outcome.adjustments) {
            Clock& clock = slaves_.at(slave);
            clock.discipline.apply(clock.at(end), adjustment);
        }
        return outcome;
    }

    /// The slaves have another master now, whose clock and line are the same.
    void changeMaster() {
        roster_ = Roster{};
        rate_ = GroupRate{group_.frequencyPpb, true};
        roster_.expectOn(group_);
        std::map<SlaveId, Clock> slaves;
        for (const auto& [former, clock] : slaves_) {
            const std::string name = "slave-" + std::to_string(former);
            slaves.emplace(roster_.join(name, name + ":1", false), clock);
        }
        slaves_ = std::move(slaves);
    }

    const Adjustment& line() const { return group_; }
    GroupTime masterTime(HostTime when) const { return master_.state().line.groupTimeAt(when); }
    GroupTime time(SlaveId slave, HostTime when) const {
        const Clock& clock = slaves_.at(slave);
        return clock.discipline.state().line.groupTimeAt(clock.at(when));
    }

    CycleOptions options_{.masterName = "master", .average = {}};

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
        (void)roster_.beginBurst(slave, 1s);
        const HostTime t2 = clock.at(when + 50us), t3 = clock.at(when + 60us);
        const ClockState state = clock.discipline.state();
        roster_.record(slave, {when, t2, t3, when + 110us},
                       {t3, state.line.at(t3), state.deviationAt(t3)});
    }

    Roster roster_;
    GroupRate rate_{0};
    Discipline master_{500'000};
    Adjustment group_;
    std::map<SlaveId, Clock> slaves_;
    std::uint32_t cycle_ = 0;
};

const ClockStatus& find(const CycleOutcome& outcome, const std::string& name) {
    const auto& clocks = outcome.status.clocks;
    return *std::find_if(clocks.begin(), clocks.end(),
                         [&](const ClockStatus& clock) { return clock.name == name; });
}

TEST(Cycle, TextbookCorrectionsArePlusFiveMinusTwentyPlusFifteen) {
    Group group;
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
    Group group;
    const SlaveId fast = group.join("fast", 25min), slow = group.join("slow", -10min);
    group.cycle(kStart);
    const HostTime later = kStart + 2ms;
    EXPECT_EQ(group.time(fast, later), group.masterTime(later));
    EXPECT_EQ(group.time(slow, later), group.masterTime(later));
    EXPECT_EQ(group.masterTime(later).time_since_epoch(), (later + 5min).time_since_epoch());
}

TEST(Cycle, SecondCycleFindsNothingToCorrect) {
    Group group;
    group.join("fast", 25min);
    group.join("slow", -10min);
    group.cycle(kStart);
    const CycleOutcome outcome = group.cycle(kStart + 1s);
    for (const ClockStatus& clock : outcome.status.clocks) {
        EXPECT_EQ(clock.correction, 0ns) << clock.name;
    }
}

TEST(Cycle, ExcludedClockIsToldHowToComeBack) {
    Group group;
    group.join("a", 0s);
    group.join("b", 0s);
    const SlaveId insane = group.join("insane", std::chrono::years{4});
    const CycleOutcome outcome = group.cycle(kStart);
    EXPECT_EQ(find(outcome, "insane").exclusion, Exclusion::outlier);
    EXPECT_EQ(group.time(insane, kStart + 2ms), group.masterTime(kStart + 2ms));
    EXPECT_EQ(find(group.cycle(kStart + 1s), "insane").exclusion, Exclusion::none);
}

TEST(Cycle, MasterMovesWhenItIsTheWrongOne) {
    Group group;
    for (const char* name : {"a", "b", "c"}) {
        group.join(name, std::chrono::years{4});
    }
    const CycleOutcome outcome = group.cycle(kStart);
    EXPECT_EQ(find(outcome, "master").exclusion, Exclusion::outlier);
    EXPECT_EQ(find(outcome, "a").correction, 0ns);
    EXPECT_EQ(find(outcome, "master").correction, std::chrono::years{4});
}

TEST(Cycle, SlaveThatDoesNotAnswerIsLateAndItsFiguresAreUnknown) {
    Group group;
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
    Group group;
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
    Group group;
    group.join("fast", 0s, 30'000);
    group.join("slow", 0s, -12'000);
    CycleOutcome outcome;
    for (int i = 0; i < 10; ++i) {
        outcome = group.cycle(kStart + i * 1s);
    }
    EXPECT_NEAR(outcome.master.frequencyPpb, 6'000, 20);
}

TEST(Cycle, NewcomerMovesNobodyWhileTheOthersKnowTheirTimeBetterThanTheNewMaster) {
    Group group;
    for (const char* name : {"a", "b", "c", "d"}) {
        group.join(name, 0s);
    }
    HostTime now = kStart;
    for (int i = 0; i < 60; ++i) {
        group.cycle(now += 1s);
    }
    group.changeMaster();
    const Adjustment before = group.line();
    group.join("new", 1ms, 15'000);
    for (int i = 0; i < 3; ++i) {
        const CycleOutcome outcome = group.cycle(now += 1s);
        ASSERT_EQ(find(outcome, "slave-1").exclusion, Exclusion::newcomer);
        EXPECT_EQ(group.line().correctionAt(now), before.correctionAt(now));
    }
}

TEST(Cycle, ClockWhoseTimeIsNotBelievableIsNotTold) {
    Group group;
    const SlaveId told = group.join("a", 0s);
    group.join("before 1970", -kStart.time_since_epoch() - 2ms);
    const CycleOutcome outcome = group.cycle(kStart);
    ASSERT_EQ(outcome.adjustments.size(), 1U);
    EXPECT_EQ(outcome.adjustments.front().first, told);
}

}  // namespace
}  // namespace berkeley
