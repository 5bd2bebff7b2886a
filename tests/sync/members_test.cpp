/// Who is a member of a group, and what is recorded of it.
#include <gtest/gtest.h>

#include "sync/group.h"

namespace berkeley::sync {
namespace {

using namespace std::chrono_literals;

constexpr HostTime kStart{std::chrono::hours{500'000}};
constexpr Exchange kExchange{kStart, kStart + 50us, kStart + 60us, kStart + 110us};

class Members : public testing::Test {
  protected:
    SlaveId join(const std::string& name) { return group.join(name, "here", std::nullopt, kStart); }

    Group group{{}, kStart};
};

TEST_F(Members, HaveNoIdTwice) {
    const SlaveId first = join("one");
    group.leave(first);
    EXPECT_NE(join("one"), first);
}

TEST_F(Members, AreNotRecordedWithAnExchangeThatContradictsItself) {
    const SlaveId slave = join("one");
    EXPECT_FALSE(group.record(slave, {kStart, kStart, kStart, kStart - 1us}, {}));
    EXPECT_FALSE(group.members().at(slave).reading);
    EXPECT_TRUE(group.record(slave, kExchange, {}));
    EXPECT_TRUE(group.members().at(slave).reading);
}

TEST_F(Members, ThatComeDuringACycleAreNotLateInIt) {
    join("here before");
    group.beginCycle();
    join("new");
    const CycleOutcome outcome = group.conclude(kStart + 1s, Discipline{500'000}.state());
    ASSERT_EQ(outcome.status.clocks.size(), 2U);
    EXPECT_EQ(outcome.status.clocks.back().name, "here before");
}

TEST_F(Members, ThatHaveLeftAreIgnored) {
    const SlaveId slave = join("one");
    group.leave(slave);
    EXPECT_TRUE(group.record(slave, kExchange, {}));
    EXPECT_EQ(group.beginBurst(slave, 1s), 0);
    group.introduce(slave, {1, 1});
    EXPECT_EQ(group.size(), 0U);
}

TEST_F(Members, OfTheLabAnswerForThreeOfTheirIntervalsAndNativeOnesForACycle) {
    for (const bool lab : {false, true}) {
        const SlaveId slave = lab ? group.joinLab("here", kStart) : join("one");
        (void)group.record(slave, kExchange, {});
        const Member& member = group.members().at(slave);
        EXPECT_TRUE(member.answered(kStart + 1s));
        group.beginCycle();
        EXPECT_EQ(member.answered(kStart + 15s), lab);
        EXPECT_FALSE(member.answered(kStart + 16s));
    }
}

TEST_F(Members, AreWaitedForUntilNobodyNewHasCome) {
    EXPECT_FALSE(group.isReady(kStart + 4s));
    EXPECT_TRUE(group.isReady(kStart + 5s));
    group.join("one", "here", std::nullopt, kStart + 4s);
    EXPECT_FALSE(group.isReady(kStart + 8s));
    // One that comes again and again is not new.
    group.join("one", "here", std::nullopt, kStart + 8s);
    EXPECT_TRUE(group.isReady(kStart + 9s));
}

TEST_F(Members, AreNotWaitedForForEver) {
    for (int i = 1; i <= 59; ++i) {
        group.join(std::to_string(i), "here", std::nullopt, kStart + i * 1s);
        EXPECT_FALSE(group.isReady(kStart + i * 1s));
    }
    group.join("one more", "here", std::nullopt, kStart + 60s);
    EXPECT_FALSE(group.isReady(kStart + 60s));
    EXPECT_TRUE(group.isReady(kStart + 61s));
}

}  // namespace
}  // namespace berkeley::sync
