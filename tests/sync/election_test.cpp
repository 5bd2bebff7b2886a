#include "sync/election.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace berkeley::sync {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kPatience = 4s;
constexpr Nanoseconds kBegin = 1h;
constexpr Nanoseconds kTheirs = 7s;  ///< on another machine's clock

/// Master 1 of three. It looks whenever it has to.
class ElectionTest : public testing::Test {
  protected:
    std::optional<Rank> lookAfter(Nanoseconds span) {
        for (const Nanoseconds end = now_ + span; now_ < end;) {
            now_ = std::min(now_ + 500ms, end);
            election_.look(now_);
        }
        return election_.look(now_);
    }

    /// Something from another master that answers what this one sent `age` ago.
    void hear(Rank from, bool active, Nanoseconds wait = 0s, Nanoseconds age = 0s) {
        election_.heard({from, active, wait, kTheirs, now_ - age}, now_);
    }

    void becomeActive() { ASSERT_EQ(lookAfter(kPatience), 1U); }

    /// From another active one of this version, whose count began when it had heard what this one
    /// sent at `counted`.
    void hearOfClaim(Rank from, Claim claim, std::optional<Nanoseconds> counted) {
        election_.heard({.from = from,
                         .active = true,
                         .sent = kTheirs,
                         .answers = now_,
                         .claim = claim,
                         .counted = counted},
                        now_);
    }

    void count(std::uint32_t members) {
        election_.beginCount(now_);
        election_.endCount(members, now_);
    }

    /// Both know of each other, and then of each other's members.
    void meet(Rank other, Claim claim, std::uint32_t members) {
        hearOfClaim(other, claim, {});
        count(members);
        lookAfter(500ms);
        hearOfClaim(other, claim, now_);
    }

    Nanoseconds now_ = kBegin;
    Election election_{1, 3, kPatience, kBegin};
};

TEST_F(ElectionTest, AloneBecomesActiveWhenItHasListenedForPatience) {
    EXPECT_EQ(lookAfter(kPatience - 1ns), std::nullopt);
    EXPECT_FALSE(election_.mayAct(now_));
    EXPECT_EQ(lookAfter(1ns), 1U);
    EXPECT_TRUE(election_.mayAct(now_));
}

TEST_F(ElectionTest, OfOlderOnesFollowsTheHighestRankedActiveMaster) {
    hear(2, true);
    hear(0, true);
    EXPECT_EQ(lookAfter(0s), 0U);
}

TEST_F(ElectionTest, FollowsTheActiveMasterThatLeadsMost) {
    hearOfClaim(0, {.members = 2, .term = 5}, {});
    hearOfClaim(2, {.members = 3, .term = 4}, {});
    EXPECT_EQ(lookAfter(0s), 2U);
}

TEST_F(ElectionTest, KeepsToTheActiveMasterThatItFollows) {
    hearOfClaim(2, {.members = 2, .term = 4}, {});
    ASSERT_EQ(lookAfter(0s), 2U);
    hearOfClaim(0, {.members = 3, .term = 5}, {});
    EXPECT_EQ(lookAfter(0s), 2U);
    hear(2, false);
    EXPECT_EQ(lookAfter(0s), 0U);
}

TEST_F(ElectionTest, TakesOverPatienceAfterTheLatestTimeTheActiveOneCertainlyLived) {
    lookAfter(kPatience - 500ms);
    hear(0, true, 0s, 1s);
    EXPECT_EQ(lookAfter(3s - 1ns), 0U);
    EXPECT_EQ(lookAfter(1ns), 1U);
}

TEST_F(ElectionTest, WaitsForAHigherRankedStandbyThatIsReady) {
    lookAfter(kPatience - 1s);
    hear(0, false);
    EXPECT_EQ(lookAfter(kPatience - 1ns), std::nullopt);
    EXPECT_EQ(lookAfter(1ns), 1U);
}

TEST_F(ElectionTest, WaitsForAHigherRankedStandbyThatIsReadyBeforeItCouldHearOfThisOne) {
    lookAfter(kPatience - 1ns);
    hear(0, false, kPatience / 4);
    EXPECT_EQ(lookAfter(1ns), std::nullopt);
}

TEST_F(ElectionTest, DoesNotWaitForAHigherRankedOneThatHasJustBegun) {
    lookAfter(kPatience - 1ns);
    hear(0, false, kPatience);
    EXPECT_EQ(lookAfter(1ns), 1U);
}

TEST_F(ElectionTest, DoesNotWaitForALowerRankedOne) {
    lookAfter(kPatience - 1ns);
    hear(2, false);
    EXPECT_EQ(lookAfter(1ns), 1U);
}

TEST_F(ElectionTest, OfOlderOnesYieldsToAHigherRankedActiveOneOnly) {
    becomeActive();
    hear(2, true);
    EXPECT_EQ(lookAfter(0s), 1U);
    hear(0, true);
    EXPECT_EQ(lookAfter(0s), 0U);
    EXPECT_FALSE(election_.mayAct(now_));
}

TEST_F(ElectionTest, StaysActiveWhenAHigherRankedOneIsBack) {
    becomeActive();
    hear(0, false);
    EXPECT_EQ(lookAfter(0s), 1U);
}

TEST_F(ElectionTest, GivesAnActiveOneThatYieldsTimeToSayToWhom) {
    hear(2, true);
    lookAfter(kPatience - 500ms);
    hear(2, true);
    lookAfter(500ms);
    hear(2, false);
    EXPECT_EQ(lookAfter(3s), std::nullopt);
    hear(0, true);
    EXPECT_EQ(lookAfter(500ms), 0U);
}

TEST_F(ElectionTest, TakesOverAtOnceFromAnActiveOneThatHasBegunAnew) {
    lookAfter(kPatience - 500ms);
    hear(0, true);
    ASSERT_EQ(lookAfter(500ms), 0U);
    hear(0, false, kPatience);
    EXPECT_EQ(lookAfter(0s), 1U);
}

TEST_F(ElectionTest, StoppedForMoreThanAQuarterOfPatienceMayNotActAndBeginsAnew) {
    becomeActive();
    EXPECT_TRUE(election_.mayAct(now_ + kPatience / 4));
    EXPECT_FALSE(election_.mayAct(now_ + kPatience / 4 + 1ns));
    now_ += kPatience / 4 + 1ns;
    EXPECT_EQ(election_.look(now_), std::nullopt);
    EXPECT_EQ(lookAfter(kPatience - 1ns), std::nullopt);
    EXPECT_EQ(lookAfter(1ns), 1U);
}

TEST_F(ElectionTest, StoppedItForgetsWhomItHeard) {
    hear(0, true);
    ASSERT_EQ(lookAfter(0s), 0U);
    now_ += kPatience / 4 + 1ns;
    EXPECT_EQ(election_.look(now_), std::nullopt);
    EXPECT_EQ(election_.announcementTo(0, now_).answers, std::nullopt);
}

TEST_F(ElectionTest, DoesNotBelieveWhatAnswersNothingOfTheLastPatience) {
    constexpr Nanoseconds kLeast = Nanoseconds::min(), kMost = Nanoseconds::max();
    for (const std::optional<Nanoseconds> answers :
         {std::optional<Nanoseconds>{}, {now_ - kPatience}, {now_ + 1ns}, {kLeast}, {kMost}}) {
        election_ = Election{1, 3, kPatience, now_};
        election_.heard(
            {.from = 0, .active = true, .wait = 0s, .sent = kTheirs, .answers = answers}, now_);
        EXPECT_EQ(lookAfter(0s), std::nullopt);
    }
}

TEST_F(ElectionTest, DoesNotBelieveWhatAnswersLessThanItKnows) {
    hear(0, false, kPatience, 1s);
    hear(0, true, 0s, 2s);
    EXPECT_EQ(lookAfter(0s), std::nullopt);
}

TEST_F(ElectionTest, IsNotKeptFromBeingActiveByAWaitThatCannotBe) {
    lookAfter(kPatience - 1ns);
    hear(0, false, Nanoseconds::max());
    EXPECT_EQ(lookAfter(1ns), 1U);
}

TEST_F(ElectionTest, IgnoresItselfAndRanksThatThereAreNot) {
    for (const Rank rank : {Rank{1}, Rank{3}, std::numeric_limits<Rank>::max()}) {
        hear(rank, true);
        EXPECT_EQ(lookAfter(0s), std::nullopt);
    }
}

TEST_F(ElectionTest, MembersComeBeforeTermsAndTermsBeforeRanks) {
    const struct {
        Rank other;
        Claim claim;
        bool leads;
    } cases[] = {{2, {.members = 4, .term = 1}, true},  {0, {.members = 2, .term = 9}, false},
                 {2, {.members = 3, .term = 2}, true},  {0, {.members = 3, .term = 1}, true},
                 {2, {.members = 3, .term = 1}, false}, {0, {.members = 3, .term = 0}, true},
                 {2, {.members = 9, .term = 0}, false}};
    for (const auto& [other, claim, leads] : cases) {
        election_ = Election{1, 3, kPatience, now_};
        becomeActive();
        meet(other, claim, 3);
        EXPECT_EQ(lookAfter(0s), leads ? other : 1U) << claim.members << ", " << claim.term;
        const auto resignation =
            leads ? std::optional{Resignation{other, claim, {3, 1}}} : std::nullopt;
        EXPECT_EQ(election_.resignation(), resignation);
    }
}

TEST_F(ElectionTest, ResignsToTheBestOfTwo) {
    hear(0, true);
    ASSERT_EQ(lookAfter(0s), 0U);
    becomeActive();
    hearOfClaim(0, {.members = 4, .term = 3}, {});
    hearOfClaim(2, {.members = 5, .term = 2}, {});
    count(3);
    lookAfter(500ms);
    hearOfClaim(0, {.members = 4, .term = 3}, now_);
    hearOfClaim(2, {.members = 5, .term = 2}, now_);
    EXPECT_EQ(lookAfter(0s), 2U);
}

TEST_F(ElectionTest, DoesNotResignBeforeTheOtherOneHasCountedAnew) {
    becomeActive();
    const Nanoseconds before = now_ - 1ns;
    hearOfClaim(2, {.members = 9, .term = 9}, before);
    count(3);
    lookAfter(500ms);
    for (const std::optional<Nanoseconds> counted : {std::optional<Nanoseconds>{}, {before}}) {
        hearOfClaim(2, {.members = 9, .term = 9}, counted);
        EXPECT_EQ(lookAfter(0s), 1U);
    }
    hearOfClaim(2, {.members = 9, .term = 9}, now_);
    EXPECT_EQ(lookAfter(0s), 2U);
}

TEST_F(ElectionTest, DoesNotResignBeforeItHasCountedAnew) {
    becomeActive();
    election_.beginCount(now_);
    lookAfter(500ms);
    hearOfClaim(2, {.members = 3, .term = 1}, {});
    lookAfter(500ms);
    hearOfClaim(2, {.members = 3, .term = 1}, now_);
    EXPECT_EQ(lookAfter(0s), 1U);
    election_.endCount(1, now_);
    EXPECT_EQ(lookAfter(0s), 1U);
    count(1);
    EXPECT_EQ(lookAfter(0s), 2U);
}

TEST_F(ElectionTest, DoesNotResignToOneThatSpokeBeforeItKnewTheCount) {
    becomeActive();
    hearOfClaim(2, {.members = 3, .term = 1}, {});
    hearOfClaim(2, {.members = 3, .term = 1}, now_);
    count(2);
    EXPECT_EQ(lookAfter(500ms), 1U);
    hearOfClaim(2, {.members = 3, .term = 1}, now_);
    EXPECT_EQ(lookAfter(0s), 2U);
}

TEST_F(ElectionTest, CountOfOneThatWasSilentSinceIsStale) {
    becomeActive();
    meet(2, {.members = 3, .term = 1}, 4);
    const Nanoseconds counted = now_;
    ASSERT_EQ(lookAfter(kPatience), 1U);
    count(2);
    lookAfter(500ms);
    hearOfClaim(2, {.members = 3, .term = 1}, counted);
    EXPECT_EQ(lookAfter(0s), 1U);
}

TEST_F(ElectionTest, AnnouncesWhatItLeadsAndWhatItHadHeardWhenItCounted) {
    becomeActive();
    election_.heard({0, false, 0s, kTheirs, now_}, now_);
    election_.beginCount(now_);
    election_.heard({0, false, 0s, kTheirs + 1s, now_}, now_);
    EXPECT_EQ(election_.announcementTo(0, now_).counted, std::nullopt);
    election_.endCount(5, now_);
    EXPECT_EQ(election_.announcementTo(0, now_).counted, kTheirs);
    EXPECT_EQ(election_.announcementTo(2, now_).counted, std::nullopt);
    EXPECT_EQ(election_.announcementTo(0, now_).claim, (Claim{.members = 5, .term = 1}));
    election_.resign(now_);
    EXPECT_EQ(election_.announcementTo(0, now_).counted, std::nullopt);
    EXPECT_EQ(election_.announcementTo(0, now_).claim, (Claim{.members = 0, .term = 1}));
}

TEST_F(ElectionTest, LeadsInATermLargerThanAllThatItKnowsOf) {
    EXPECT_EQ(election_.term(), 0U);
    election_.know(1, 7, now_);
    EXPECT_EQ(election_.term(), 7U);
    election_.heard({.from = 2, .sent = kTheirs, .answers = now_, .claim = {.term = 11}}, now_);
    lookAfter(kPatience);
    becomeActive();
    EXPECT_EQ(election_.term(), 12U);
    hearOfClaim(2, {.members = 1, .term = 20}, {});
    EXPECT_EQ(election_.term(), 12U);
    election_.resign(now_);
    EXPECT_EQ(election_.term(), 20U);
}

TEST_F(ElectionTest, TermsDoNotOverflow) {
    hearOfClaim(2, {.members = 1, .term = std::numeric_limits<std::uint32_t>::max()}, {});
    election_.know(1, std::numeric_limits<std::uint32_t>::max(), now_);
    lookAfter(kPatience);
    becomeActive();
    EXPECT_EQ(election_.term(), kMostTerms);
}

TEST_F(ElectionTest, WaitsForAnotherOneThatAloneKnowsTheTime) {
    lookAfter(kPatience - 1ns);
    election_.heard({.from = 2, .sent = kTheirs, .answers = now_, .group = 1}, now_);
    EXPECT_EQ(lookAfter(1ns), std::nullopt);
    election_.know(1, 0, now_ - kPatience);
    EXPECT_EQ(lookAfter(0s), 1U);
}

TEST_F(ElectionTest, DoesNotWaitForAHigherRankedOneThatDoesNotKnowTheTime) {
    election_.know(1, 0, now_);
    lookAfter(kPatience - 1ns);
    hear(0, false);
    EXPECT_EQ(lookAfter(1ns), 1U);
}

TEST_F(ElectionTest, WaitsUntilTheOthersCanHaveHeardThatItKnowsTheTime) {
    hear(2, true);
    lookAfter(kPatience - 1ns);
    hear(2, false, kPatience);
    election_.know(1, 0, now_);
    EXPECT_EQ(election_.announcementTo(2, now_).wait, kPatience / 2);
    EXPECT_EQ(lookAfter(kPatience / 2 - 1ns), std::nullopt);
    EXPECT_EQ(lookAfter(1ns), 1U);
}

TEST_F(ElectionTest, AnnouncesHowLongItHasToListen) {
    const Announcement early = election_.announcementTo(0, now_);
    EXPECT_EQ(early.from, 1U);
    EXPECT_FALSE(early.active);
    EXPECT_EQ(early.wait, kPatience);
    EXPECT_EQ(early.sent, now_);
    lookAfter(2 * kPatience);
    const Announcement late = election_.announcementTo(0, now_);
    EXPECT_TRUE(late.active);
    EXPECT_EQ(late.wait, 0s);
}

TEST_F(ElectionTest, AnswersEachOtherMasterItsLatestAnnouncement) {
    election_.heard({0, false, 0s, kTheirs, {}}, now_);
    election_.heard({0, false, 0s, kTheirs + 1s, {}}, now_);
    EXPECT_EQ(election_.announcementTo(0, now_).answers, kTheirs + 1s);
    EXPECT_EQ(election_.announcementTo(2, now_).answers, std::nullopt);
}

TEST_F(ElectionTest, AnnouncementOfAMasterThatWasStoppedIsNotOfAnActiveOne) {
    becomeActive();
    EXPECT_FALSE(election_.announcementTo(0, now_ + kPatience / 4 + 1ns).active);
}

TEST_F(ElectionTest, LookThatTookItsTimeBeforeTheLatestOneChangesNothing) {
    becomeActive();
    EXPECT_EQ(election_.look(now_ - 1ms), 1U);
    EXPECT_TRUE(election_.mayAct(now_ + kPatience / 4));
}

TEST_F(ElectionTest, WhoResignsIsReplacedAtOnce) {
    Election next{2, 3, kPatience, kBegin};
    becomeActive();
    hear(2, false);
    for (Nanoseconds at = kBegin; at < now_; at += 500ms) {
        next.look(at);
    }
    const Announcement asked = next.announcementTo(1, now_);
    next.heard({1, true, 0s, kTheirs, asked.sent}, now_);
    EXPECT_EQ(next.look(now_), 1U);

    election_.heard(asked, now_);
    election_.resign(now_);
    EXPECT_EQ(election_.look(now_), std::nullopt);
    next.heard(election_.announcementTo(2, now_), now_);
    EXPECT_EQ(next.look(now_), 2U);
}

}  // namespace
}  // namespace berkeley::sync
