#include "node/shared_group.h"

#include <gtest/gtest.h>

#include <new>

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;

constexpr HostTime kStart{1h};
const auto kFail = [](sync::SlaveId) { throw std::bad_alloc{}; };

TEST(SharedGroupTest, HasNoSlaveThatNoSessionKnows) {
    SharedGroup group{{}, kStart};
    EXPECT_THROW(group.join("one", "", std::nullopt, kStart, kFail), std::bad_alloc);
    EXPECT_EQ(group.size(), 0U);
    const sync::Measurement measurement{{kStart, kStart, kStart, kStart}, {kStart, {}}};
    EXPECT_THROW(group.joinLab("two", measurement, kFail), std::bad_alloc);
    EXPECT_EQ(group.size(), 0U);
}

TEST(SharedGroupTest, TellsWhoASlaveIsBeforeAnyThreadFindsIt) {
    SharedGroup group{{}, kStart};
    sync::SlaveId told = sync::kMaster;
    group.join("one", "", std::nullopt, kStart, [&](sync::SlaveId slave) { told = slave; });
    EXPECT_NE(told, sync::kMaster);
    EXPECT_EQ(group.size(), 1U);
    group.leave(told);
    EXPECT_EQ(group.size(), 0U);
}

}  // namespace
}  // namespace berkeley::node
