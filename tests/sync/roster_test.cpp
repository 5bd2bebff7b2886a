#include "berkeley/sync/roster.h"

#include <gtest/gtest.h>

namespace berkeley {
namespace {

using namespace std::chrono_literals;

constexpr HostTime kStart{std::chrono::hours{500'000}};
constexpr Exchange kExchange{kStart, kStart + 50us, kStart + 60us, kStart + 110us};

TEST(Roster, GivesNoIdTwice) {
    Roster roster;
    const SlaveId first = roster.join("one", "here", false);
    roster.leave(first);
    EXPECT_NE(roster.join("one", "here", false), first);
}

TEST(Roster, RecordsNothingOfAnExchangeThatContradictsItself) {
    Roster roster;
    const SlaveId slave = roster.join("one", "here", false);
    EXPECT_FALSE(roster.record(slave, {kStart, kStart, kStart, kStart - 1us}, {}));
    EXPECT_FALSE(roster.members().at(slave).reading);
    EXPECT_TRUE(roster.record(slave, kExchange, {}));
    EXPECT_TRUE(roster.members().at(slave).reading);
}

TEST(Roster, IgnoresASlaveThatHasLeft) {
    Roster roster;
    const SlaveId slave = roster.join("one", "here", false);
    roster.leave(slave);
    EXPECT_TRUE(roster.record(slave, kExchange, {}));
    EXPECT_EQ(roster.beginBurst(slave, 1s), 0);
    EXPECT_EQ(roster.size(), 0U);
}

TEST(Roster, ALabSlaveAnswersForThreeOfItsIntervalsAndANativeOneForACycle) {
    Roster roster;
    for (const bool lab : {false, true}) {
        const SlaveId slave = roster.join("one", "here", lab);
        (void)roster.record(slave, kExchange, {});
        const Member& member = roster.members().at(slave);
        EXPECT_TRUE(member.answered(kStart + 1s));
        roster.beginCycle();
        EXPECT_EQ(member.answered(kStart + 15s), lab);
        EXPECT_FALSE(member.answered(kStart + 16s));
    }
}

}  // namespace
}  // namespace berkeley
