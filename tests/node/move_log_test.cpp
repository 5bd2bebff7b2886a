#include "node/move_log.h"

#include <gtest/gtest.h>

#include "node/log.h"

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;

class MoveLogTest : public testing::Test {
  protected:
    /// How many lines there are after it.
    std::size_t linesAfter(const sync::Change& change) {
        moves_.moved(change);
        return log_.lines();
    }

    Log log_;
    std::shared_ptr<spdlog::logger> logger_ = log_.logger();
    MoveLog moves_{*logger_};
};

TEST_F(MoveLogTest, WarnsOfEachStepForward) {
    EXPECT_EQ(linesAfter({40s, sync::Manner::stepped}), 1U);
    EXPECT_TRUE(log_.has("the clock was 40.00 s behind and was stepped forward"));
    EXPECT_EQ(linesAfter({2s, sync::Manner::stepped}), 2U);
}

TEST_F(MoveLogTest, WarnsOnceOfAClockThatIsSlowedDownForLong) {
    EXPECT_EQ(linesAfter({-12s, sync::Manner::fastSlew}), 1U);
    EXPECT_TRUE(log_.has("the clock is 12.00 s ahead and is slowed for 2 min 0.000 s"));
    EXPECT_EQ(linesAfter({-11s, sync::Manner::fastSlew}), 1U);
    EXPECT_EQ(linesAfter({-100ms, sync::Manner::slewed}), 1U);
    EXPECT_EQ(linesAfter({-5s, sync::Manner::fastSlew}), 2U);
}

TEST_F(MoveLogTest, SaysNothingOfWhatIsUsual) {
    EXPECT_EQ(linesAfter({25min, sync::Manner::set}), 0U);
    EXPECT_EQ(linesAfter({-300us, sync::Manner::slewed}), 0U);
}

}  // namespace
}  // namespace berkeley::node
