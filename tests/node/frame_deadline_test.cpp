#include "node/frame_deadline.h"

#include <gtest/gtest.h>

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;

class FrameDeadlineTest : public testing::Test {
  protected:
    FrameDeadline deadline_{5s};
    FrameDeadline::Time now_{1h};
};

TEST_F(FrameDeadlineTest, IsNoneBetweenTwoFrames) {
    EXPECT_FALSE(deadline_.left(now_));
    deadline_.fed(0, 10, now_);
    deadline_.fed(1, 0, now_);
    EXPECT_FALSE(deadline_.left(now_));
}

TEST_F(FrameDeadlineTest, HoldsForTheFirstFrameFromTheBeginning) {
    deadline_.begin(now_);
    EXPECT_EQ(deadline_.left(now_ + 4s), 1s);
    deadline_.fed(0, 10, now_ + 4s);
    EXPECT_EQ(deadline_.left(now_ + 4s), 1s);
}

TEST_F(FrameDeadlineTest, DoesNotMoveWhateverBytesCome) {
    for (std::size_t second = 0; second < 5; ++second) {
        deadline_.fed(0, second + 1, now_ + std::chrono::seconds{second});
    }
    EXPECT_EQ(deadline_.left(now_ + 5s), 0ms);
    EXPECT_EQ(deadline_.left(now_ + 6s), 0ms);
}

TEST_F(FrameDeadlineTest, StartsAnewWithEveryFrame) {
    deadline_.fed(0, 10, now_);
    deadline_.fed(1, 10, now_ + 4s);
    EXPECT_EQ(deadline_.left(now_ + 4s), 5s);
}

TEST_F(FrameDeadlineTest, IsNeverZeroBeforeItHasPassed) {
    deadline_.begin(now_);
    EXPECT_EQ(deadline_.left(now_ + 5s - 1ns), 1ms);
}

}  // namespace
}  // namespace berkeley::node
