#include "observe/traces.h"

#include <gtest/gtest.h>

#include "observe/clocks.h"

namespace berkeley::observe {
namespace {

using namespace std::chrono_literals;

class TracesTest : public testing::Test {
  protected:
    void cycle(Nanoseconds when, const std::vector<sync::ClockStatus>& slaves) {
        view_.cycleEnded(cycleOf(++cycles_, slaves), at(when));
        traces_.add(view_.snapshot());
    }

    /// The offsets of "a" in ns, '-' where there is none.
    std::string traceAt(Nanoseconds now, Nanoseconds interval = 1s) const {
        std::string text;
        for (const Traces::Value& value : traces_.of("a", at(now).host, interval)) {
            text += value.offset ? std::to_string(value.offset->count()) + " " : "- ";
        }
        return text;
    }

    EventLog log_;
    GroupView view_{log_};
    Traces traces_;
    std::uint32_t cycles_ = 0;
};

std::string dashes(int count) {
    std::string text;
    for (; count > 0; --count) {
        text += "- ";
    }
    return text;
}

TEST_F(TracesTest, OfAnUnknownClockAreEmpty) {
    EXPECT_EQ(traceAt(10min), dashes(20));
    EXPECT_EQ(traces_.scale(at(10min).host), 0ns);
}

TEST_F(TracesTest, KeepTheFarthestOffsetOfEachColumn) {
    cycle(60s, {slaveClock("a", 3ns)});
    cycle(61s, {slaveClock("a", -8ns)});
    cycle(62s, {slaveClock("a", 5ns)});
    cycle(63s, {slaveClock("a", 1ns)});
    EXPECT_EQ(traceAt(63s), dashes(18) + "-8 1 ");
    EXPECT_EQ(traceAt(64s), dashes(18) + "-8 1 ");
}

TEST_F(TracesTest, TakeACycleOnce) {
    cycle(60s, {slaveClock("a", 3ns)});
    GroupSnapshot later = view_.snapshot();
    later.clocks[1].status.offset = 9ns;
    traces_.add(later);
    EXPECT_EQ(traceAt(60s), dashes(19) + "3 ");
}

TEST_F(TracesTest, ForgetWhatIsOlderThanAMinute) {
    cycle(60s, {slaveClock("a", 3ns)});
    EXPECT_EQ(traceAt(60s + 19 * Traces::kColumn, 1min),
              "3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 3 ");
    EXPECT_EQ(traceAt(60s + 20 * Traces::kColumn, 1min), dashes(20));
    EXPECT_EQ(traces_.scale(at(60s + 20 * Traces::kColumn).host), 0ns);
}

TEST_F(TracesTest, HoldAnOffsetUntilTheNextOneIsDue) {
    cycle(60s, {slaveClock("a", 3ns)});
    EXPECT_EQ(traceAt(63s), dashes(18) + "3 3 ");
    EXPECT_EQ(traceAt(66s), dashes(17) + "3 3 - ");
    EXPECT_EQ(traceAt(66s, 5s), dashes(17) + "3 3 3 ");
}

TEST_F(TracesTest, HaveAGapWhereTheClockWasLate) {
    cycle(60s, {slaveClock("a", 3ns)});
    for (int i = 1; i < 9; ++i) {
        cycle(60s + i * 1s, {lateClock("a")});
    }
    cycle(69s, {slaveClock("a", 4ns)});
    EXPECT_EQ(traceAt(69s), dashes(16) + "3 3 - 4 ");
}

TEST_F(TracesTest, ForgetAClockThatTheGroupHasForgotten) {
    cycle(60s, {slaveClock("a", 3ns)});
    view_.clear();
    cycle(61s, {});
    EXPECT_EQ(traceAt(61s), dashes(20));
}

TEST_F(TracesTest, ScaleIsThatOfNineInTenCountedOffsets) {
    std::vector<sync::ClockStatus> slaves;
    for (int i = 1; i <= 20; ++i) {
        slaves.push_back(slaveClock("s" + std::to_string(i), Nanoseconds{i % 2 == 0 ? i : -i}));
    }
    slaves.push_back(slaveClock("insane", 1h, sync::Standing::outlier));
    cycle(60s, slaves);
    EXPECT_EQ(traces_.scale(at(60s).host), 18ns);
}

}  // namespace
}  // namespace berkeley::observe
