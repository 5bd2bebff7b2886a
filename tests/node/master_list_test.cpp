#include "node/master_list.h"

#include <gtest/gtest.h>

namespace berkeley::node {
namespace {

const net::Endpoint kA{"a", 1}, kB{"b", 2}, kC{"c", 3}, kElsewhere{"d", 4};

TEST(MasterList, TriesOneAfterTheOtherAndPausesAfterTheLast) {
    MasterList masters{{kA, kB, kC}};
    EXPECT_EQ(masters.current(), kA);
    EXPECT_FALSE(masters.failed());
    EXPECT_EQ(masters.current(), kB);
    EXPECT_FALSE(masters.failed());
    EXPECT_EQ(masters.current(), kC);
    EXPECT_TRUE(masters.failed());
    EXPECT_EQ(masters.current(), kA);
}

TEST(MasterList, PausesEachTimeWhenThereIsOnlyOne) {
    MasterList masters{{kA}};
    EXPECT_TRUE(masters.failed());
    EXPECT_TRUE(masters.failed());
}

TEST(MasterList, TriesTheOneBehindTheMasterThatDied) {
    MasterList masters{{kA, kB, kC}};
    EXPECT_FALSE(masters.failed());
    masters.reached();
    EXPECT_FALSE(masters.failed());
    EXPECT_EQ(masters.current(), kC);
    EXPECT_FALSE(masters.failed());
    EXPECT_TRUE(masters.failed());
}

TEST(MasterList, GoesWhereAStandbySendsIt) {
    MasterList masters{{kA, kB, kC}};
    EXPECT_FALSE(masters.redirect(kElsewhere));
    EXPECT_EQ(masters.current(), kElsewhere);
    EXPECT_FALSE(masters.failed());
    EXPECT_EQ(masters.current(), kB);
}

TEST(MasterList, PausesWhenStandbysSendItRoundInACircle) {
    MasterList masters{{kA, kB}};
    int pauses = 0;
    for (int i = 0; i < 10; ++i) {
        pauses += masters.redirect(i % 2 == 0 ? kB : kA) ? 1 : 0;
    }
    EXPECT_EQ(pauses, 3);
}

TEST(MasterList, AsksAStandbyAgainThatSendsItBackToTheMasterThatFailed) {
    MasterList masters{{kA, kB, kC}};
    EXPECT_FALSE(masters.failed());
    EXPECT_TRUE(masters.redirect(kA));
    EXPECT_EQ(masters.current(), kB);
    EXPECT_FALSE(masters.redirect(kA)) << "the standby insists";
    EXPECT_EQ(masters.current(), kA);
}

TEST(MasterList, TriesTheOneBehindTheOneItWasSentTo) {
    MasterList masters{{kA, kB, kC}};
    EXPECT_FALSE(masters.redirect(kB));
    EXPECT_FALSE(masters.failed());
    EXPECT_EQ(masters.current(), kC);
}

}  // namespace
}  // namespace berkeley::node
