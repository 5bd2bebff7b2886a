#include "observe/history.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "observe/clocks.h"

namespace berkeley::observe {
namespace {

using namespace std::chrono_literals;

GroupSnapshot groupOf(std::vector<sync::ClockStatus> slaves, std::uint32_t cycle = 1) {
    EventLog log;
    GroupView view{log};
    view.cycleEnded(cycleOf(cycle, std::move(slaves)), at(1s));
    return view.snapshot();
}

/// Named 000, 001, ..., and off by as many nanoseconds.
std::vector<sync::ClockStatus> manyClocks(int count) {
    std::vector<sync::ClockStatus> clocks;
    for (int i = 0; i < count; ++i) {
        const std::string digits = std::to_string(i);
        clocks.push_back(slaveClock(std::string(3 - digits.size(), '0') + digits, Nanoseconds{i}));
    }
    return clocks;
}

TEST(HistoryPointTest, OfASmallGroupHasEveryClock) {
    const HistoryPoint point = pointOf(groupOf({slaveClock("a", 5ns), lateClock("b"),
                                                slaveClock("c", 1h, sync::Standing::outlier)},
                                               7),
                                       900ns);

    EXPECT_EQ(7U, point.cycle);
    EXPECT_EQ(at(1s).group, point.when);
    EXPECT_EQ(900ns, point.bound);
    ASSERT_TRUE(point.group);
    EXPECT_EQ(3ns, point.group->average);
    EXPECT_EQ(13ns, point.group->spread);
    EXPECT_EQ(2U, point.group->counted);
    EXPECT_EQ(4U, point.group->clocks);
    EXPECT_EQ((std::vector<std::string>{"master", "a", "b", "c"}), *point.names);
    ASSERT_EQ(4U, point.offsets.size());
    EXPECT_EQ(0ns, point.offsets[0].offset());
    EXPECT_FALSE(point.offsets[0].bound());
    EXPECT_EQ(5ns, point.offsets[1].offset());
    EXPECT_EQ(1'200ns, point.offsets[1].bound());
    EXPECT_TRUE(point.offsets[1].counted);
    EXPECT_FALSE(point.offsets[2].offset());
    EXPECT_FALSE(point.offsets[2].counted);
    EXPECT_EQ(1h, point.offsets[3].offset());
    EXPECT_FALSE(point.offsets[3].counted);
    EXPECT_FALSE(point.quantiles);
}

TEST(HistoryPointTest, OfALargeGroupHasQuantilesAndTheFarthestClocks) {
    // With the master's clock they are 101 offsets: 0, 0, 1, ..., 99.
    const HistoryPoint point = pointOf(groupOf(manyClocks(100)), 900ns);

    ASSERT_TRUE(point.quantiles);
    EXPECT_EQ(0ns, point.quantiles->min);
    EXPECT_EQ(4ns, point.quantiles->p5);
    EXPECT_EQ(24ns, point.quantiles->p25);
    EXPECT_EQ(49ns, point.quantiles->p50);
    EXPECT_EQ(74ns, point.quantiles->p75);
    EXPECT_EQ(94ns, point.quantiles->p95);
    EXPECT_EQ(99ns, point.quantiles->max);
    ASSERT_EQ(History::kFarthest, point.offsets.size());
    ASSERT_EQ(History::kFarthest, point.names->size());
    EXPECT_EQ("099", point.names->front());
    EXPECT_EQ(99ns, point.offsets.front().offset());
    for (const HistoryOffset& offset : point.offsets) {
        EXPECT_GE(std::chrono::abs(*offset.offset() - 49ns), 40ns);
    }
    EXPECT_EQ(101U, point.group->clocks);
}

TEST(HistoryPointTest, LeavesOutWhatIsNotThereAnyMore) {
    EventLog log;
    GroupView view{log};
    view.cycleEnded(cycleOf(1, {slaveClock("a", 5ns), slaveClock("b", 5ns)}), at(1s));
    view.cycleEnded(cycleOf(2, {slaveClock("a", 5ns)}), at(2s));

    EXPECT_EQ((std::vector<std::string>{"master", "a"}), *pointOf(view.snapshot(), 1ns).names);
}

TEST(HistoryPointTest, OfAFollowerHasItsOwnClockAlone) {
    const HistoryPoint point = pointOf("left", 7, at(2s).group, 12ns, 900ns);

    EXPECT_EQ(7U, point.cycle);
    EXPECT_FALSE(point.group);
    EXPECT_EQ(std::vector<std::string>{"left"}, *point.names);
    ASSERT_EQ(1U, point.offsets.size());
    EXPECT_EQ(-12ns, point.offsets[0].offset());
    EXPECT_EQ(900ns, point.offsets[0].bound());
    EXPECT_EQ(900ns, point.bound);
}

TEST(HistoryTest, KeepsAnHourOfCyclesOfASecondAndNoMoreThanSoMany) {
    History history;
    const auto count = static_cast<int>(History::kKept) + 10;
    for (int i = 0; i < count; ++i) {
        history.add(pointOf("left", 1, at(i * 1s).group, 12ns, 900ns), HostTime{i * 1s});
    }

    EXPECT_GE(History::kKept * History::kApart, 1h);
    EXPECT_EQ(static_cast<std::uint64_t>(count), history.next());
    std::size_t kept = 0;
    std::uint64_t next = 0;
    for (auto points = history.since(next); !points.empty(); points = history.since(next)) {
        EXPECT_LE(points.size(), History::kMostPoints);
        EXPECT_EQ(next == 0 ? 10 : next, points.front()->index);
        kept += points.size();
        next = points.back()->index + 1;
    }
    EXPECT_EQ(History::kKept, kept);
    EXPECT_EQ(history.next(), next);
}

TEST(HistoryTest, ThinsOutWhatIsCloserTogether) {
    History history;
    for (int i = 0; i <= 1'000; ++i) {
        history.add(pointOf("left", 1, at(i * 10ms).group, 12ns, 900ns), HostTime{i * 10ms});
    }

    EXPECT_EQ(12U, history.next()) << "one in 0.9 s of 10 s";
}

TEST(HistoryTest, AnswersWithFewerPointsWhenTheyAreLarge) {
    History history;
    const GroupSnapshot group = groupOf(manyClocks(49));
    for (int i = 0; i < 600; ++i) {
        history.add(pointOf(group, 900ns), HostTime{i * 1s});
    }

    EXPECT_EQ(History::kMostOffsets / 50, history.since(0).size());
    EXPECT_EQ(20U, history.since(580).size());
    EXPECT_TRUE(history.since(600).empty());
    EXPECT_TRUE(history.since(~std::uint64_t{0}).empty());
}

TEST(HistoryTest, SharesTheNamesWhileTheyAreTheSame) {
    History history;
    const GroupSnapshot group = groupOf(manyClocks(3));
    history.add(pointOf(group, 900ns), HostTime{0s});
    history.add(pointOf(group, 900ns), HostTime{1s});
    history.add(pointOf(groupOf(manyClocks(4)), 900ns), HostTime{2s});

    const auto points = history.since(0);
    EXPECT_EQ(points[0]->names, points[1]->names);
    EXPECT_NE(points[1]->names, points[2]->names);
}

}  // namespace
}  // namespace berkeley::observe
