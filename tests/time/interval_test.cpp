#include "time/interval.h"

#include <gtest/gtest.h>

namespace berkeley {
inline namespace time {
namespace {

using namespace std::chrono_literals;

TEST(Interval, IntersectionIsWhatBothAllow) {
    EXPECT_EQ(intersection({1ns, 5ns}, {3ns, 9ns}), (Interval{3ns, 5ns}));
    EXPECT_EQ(intersection({1ns, 3ns}, {3ns, 9ns}), (Interval{3ns, 3ns}));
}

TEST(Interval, ContradictionHasNoIntersection) {
    EXPECT_EQ(intersection({1ns, 2ns}, {3ns, 9ns}), std::nullopt);
}

TEST(Interval, FarthestIsToTheFarEnd) {
    EXPECT_EQ((Interval{-2ns, 10ns}.farthestFrom(0ns)), 10ns);
    EXPECT_EQ((Interval{-2ns, 10ns}.farthestFrom(9ns)), 11ns);
}

TEST(Interval, MidpointOfTheWidestDoesNotOverflow) {
    const Interval widest{-kTimeLimit, kTimeLimit - 1ns};
    EXPECT_EQ(widest.midpoint(), -1ns);
}

}  // namespace
}  // namespace time
}  // namespace berkeley
