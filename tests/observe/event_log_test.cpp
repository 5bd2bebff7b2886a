#include "observe/event_log.h"

#include <gtest/gtest.h>

namespace berkeley::observe {
namespace {

TEST(EventLogTest, KeepsTheLastEventsAndCountsAllOfThem) {
    EventLog log;
    for (std::size_t i = 1; i <= EventLog::kKept + 5; ++i) {
        log.add(EventKind::joined, GroupTime{Nanoseconds{i}}, "left", "joined");
    }

    ASSERT_EQ(EventLog::kKept, log.events().size());
    EXPECT_EQ(6U, log.events().front().number);
    EXPECT_EQ(EventLog::kKept + 5, log.events().back().number);
    EXPECT_EQ(GroupTime{Nanoseconds{EventLog::kKept + 5}}, log.events().back().when);
}

}  // namespace
}  // namespace berkeley::observe
