#include "observe/group_view.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "observe/clocks.h"

namespace berkeley::observe {
namespace {

using namespace std::chrono_literals;

class GroupViewTest : public testing::Test {
  protected:
    std::vector<std::string> ids() const {
        std::vector<std::string> ids;
        for (const ClockView& clock : view.snapshot().clocks) {
            ids.push_back(clock.id);
        }
        return ids;
    }

    /// The clock of that id, which there is.
    ClockView clock(const std::string& id) const {
        const GroupSnapshot snapshot = view.snapshot();
        const auto found = std::find_if(snapshot.clocks.begin(), snapshot.clocks.end(),
                                        [&](const ClockView& each) { return each.id == id; });
        EXPECT_NE(snapshot.clocks.end(), found) << id;
        return found == snapshot.clocks.end() ? ClockView{} : *found;
    }

    /// "kind clock", the oldest first.
    std::vector<std::string> told() const {
        std::vector<std::string> told;
        for (const Event& event : log.events()) {
            told.push_back(std::string{toText(event.kind)} + " " + event.clock);
        }
        return told;
    }

    using Texts = std::vector<std::string>;

    EventLog log;
    GroupView view{log};
};

TEST_F(GroupViewTest, ShowsTheClocksOfTheLastCycleTheMastersFirst) {
    view.cycleEnded(cycleOf(1, {slaveClock("alpha", 5ns), slaveClock("zeta", 7ns)}), at(1s));
    view.cycleEnded(cycleOf(2, {slaveClock("alpha", -8ns), slaveClock("zeta", 9ns)}), at(2s));

    EXPECT_EQ((Texts{"master", "alpha", "zeta"}), ids());
    EXPECT_EQ(-8ns, clock("alpha").status.offset);
    const GroupSnapshot snapshot = view.snapshot();
    ASSERT_TRUE(snapshot.cycle);
    EXPECT_EQ(2U, snapshot.cycle->cycle);
    EXPECT_EQ(3U, snapshot.cycle->counted);
    EXPECT_EQ(3U, snapshot.cycle->clocks);
    EXPECT_EQ(3ns, snapshot.cycle->average);
    EXPECT_EQ(13ns, snapshot.cycle->spreadBefore);
    EXPECT_EQ(4ms, snapshot.cycle->duration);
    EXPECT_EQ((Texts{"joined alpha", "joined zeta"}), told());
}

TEST_F(GroupViewTest, SaysWhyAClockDoesNotCountAndWhenThatChanges) {
    view.cycleEnded(cycleOf(1, {slaveClock("a", 5ns, sync::Standing::newcomer)}), at(1s));
    EXPECT_EQ(sync::Standing::newcomer, clock("a").status.standing);
    view.cycleEnded(cycleOf(2, {slaveClock("a", 5ns)}), at(2s));
    EXPECT_EQ(sync::Standing::counted, clock("a").status.standing);
    view.cycleEnded(cycleOf(3, {slaveClock("a", 1h, sync::Standing::outlier)}), at(3s));
    view.cycleEnded(cycleOf(4, {slaveClock("a", 1h, sync::Standing::outlier)}), at(4s));
    view.cycleEnded(cycleOf(5, {lateClock("a")}), at(5s));
    EXPECT_EQ(sync::Standing::late, clock("a").status.standing);

    EXPECT_EQ((Texts{"joined a", "counted a", "excluded a", "excluded a"}), told());
    EXPECT_EQ("excluded: outlier", log.events()[2].text);
    EXPECT_EQ(at(3s).group, log.events()[2].when);
    EXPECT_EQ("excluded: late", log.events()[3].text);
}

TEST_F(GroupViewTest, KnowsWhenAClockAnsweredLast) {
    view.cycleEnded(cycleOf(1, {slaveClock("a", 5ns), lateClock("b")}), at(1s));
    view.cycleEnded(cycleOf(2, {lateClock("a"), lateClock("b")}), at(2s));

    EXPECT_EQ(at(1s).host, clock("a").lastSeen);
    EXPECT_FALSE(clock("b").lastSeen);
}

TEST_F(GroupViewTest, KeepsAClockThatHasLeftWithItsLastFiguresForAWhile) {
    view.cycleEnded(cycleOf(1, {slaveClock("a", 5ns), slaveClock("b", 7ns)}), at(1s));
    view.cycleEnded(cycleOf(2, {slaveClock("b", 8ns)}), at(2s));

    EXPECT_EQ((Texts{"master", "b", "a"}), ids()) << "the lost one comes last";
    EXPECT_EQ(sync::Standing::lost, clock("a").status.standing);
    EXPECT_EQ(5ns, clock("a").status.offset);
    EXPECT_EQ(at(1s).host, clock("a").lastSeen);
    EXPECT_EQ(2U, view.snapshot().cycle->clocks);

    view.cycleEnded(cycleOf(3, {slaveClock("b", 8ns)}), at(1s + GroupView::kLostKept));
    EXPECT_EQ((Texts{"master", "b", "a"}), ids());
    view.cycleEnded(cycleOf(4, {slaveClock("b", 8ns)}), at(2s + GroupView::kLostKept));
    EXPECT_EQ((Texts{"master", "b"}), ids());
    EXPECT_EQ((Texts{"joined a", "joined b", "left a"}), told());
}

TEST_F(GroupViewTest, AClockThatComesBackIsNotLostAnyMore) {
    view.cycleEnded(cycleOf(1, {slaveClock("a", 5ns)}), at(1s));
    view.cycleEnded(cycleOf(2, {}), at(2s));
    view.cycleEnded(cycleOf(3, {slaveClock("a", 9ns)}), at(3s));

    EXPECT_EQ(sync::Standing::counted, clock("a").status.standing);
    EXPECT_EQ((Texts{"joined a", "left a", "joined a"}), told());
}

TEST_F(GroupViewTest, KeepsNoMoreThanSoManyLostClocksTheLatestOfThem) {
    std::vector<sync::ClockStatus> many;
    for (std::size_t i = 0; i < GroupView::kMostLost; ++i) {
        many.push_back(slaveClock("early" + std::to_string(i), 1ns));
    }
    view.cycleEnded(cycleOf(1, {slaveClock("first", 1ns)}), at(1s));
    view.cycleEnded(cycleOf(2, many), at(2s));
    view.cycleEnded(cycleOf(3, {}), at(3s));

    const Texts left = ids();
    EXPECT_EQ(1 + GroupView::kMostLost, left.size());
    EXPECT_EQ(0, std::count(left.begin(), left.end(), "first"));
}

TEST_F(GroupViewTest, TellsTwoClocksOfOneNameApartAndTheFirstKeepsIt) {
    sync::ClockStatus old = slaveClock("twin", 5ns);
    old.address = "127.0.0.1:9000";
    sync::ClockStatus other = slaveClock("twin", 7ns);
    other.address = "127.0.0.1:8000";
    view.cycleEnded(cycleOf(1, {old}), at(1s));
    view.cycleEnded(cycleOf(2, {other, old}), at(2s));

    EXPECT_EQ(5ns, clock("twin").status.offset);
    EXPECT_EQ(7ns, clock("twin (127.0.0.1:8000)").status.offset);
    EXPECT_EQ((Texts{"joined twin", "joined twin (127.0.0.1:8000)"}), told());
}

TEST_F(GroupViewTest, AClockWithTheMastersNameIsNotTakenForIt) {
    view.cycleEnded(cycleOf(1, {slaveClock("master", 5ns)}), at(1s));

    EXPECT_EQ((Texts{"master", "master (127.0.0.1:master)"}), ids());
    EXPECT_TRUE(clock("master").status.master);
}

TEST_F(GroupViewTest, ASkippedCycleShowsWhoIsThereAndWhoHasLeft) {
    view.cycleEnded(cycleOf(1, {slaveClock("a", 5ns), slaveClock("b", 7ns)}), at(1s));
    view.cycleSkipped({slaveClock("b", 0ns)}, 2, at(2s));

    EXPECT_EQ(sync::Standing::lost, clock("a").status.standing);
    EXPECT_EQ(sync::Standing::notAsked, clock("b").status.standing);
    EXPECT_EQ(at(1s).host, clock("b").lastSeen);
    EXPECT_EQ(sync::Standing::notAsked, clock("master").status.standing);
    ASSERT_TRUE(view.snapshot().shortage);
    EXPECT_EQ(1U, view.snapshot().shortage->slaves);
    EXPECT_EQ(2U, view.snapshot().shortage->needed);
    EXPECT_EQ(1U, view.snapshot().cycle->cycle) << "the last one that there was";

    view.cycleEnded(cycleOf(2, {slaveClock("a", 5ns), slaveClock("b", 7ns)}), at(3s));
    EXPECT_FALSE(view.snapshot().shortage);
    EXPECT_EQ(sync::Standing::counted, clock("b").status.standing);
}

TEST_F(GroupViewTest, IsEmptyAfterAnotherMasterHasTakenOver) {
    view.cycleEnded(cycleOf(1, {slaveClock("a", 5ns)}), at(1s));
    view.clear();

    EXPECT_TRUE(view.snapshot().clocks.empty());
    EXPECT_FALSE(view.snapshot().cycle);
}

}  // namespace
}  // namespace berkeley::observe
