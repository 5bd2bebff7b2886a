#include "time/silence.h"

#include <gtest/gtest.h>

namespace berkeley {
inline namespace time {
namespace {

using namespace std::chrono_literals;

TEST(Silence, IsSixMissingIntervals) { EXPECT_EQ(silenceAfter(10s), 60s); }

TEST(Silence, IsNeverTooShortForSomebodyToAct) { EXPECT_EQ(silenceAfter(10ms), 5s); }

}  // namespace
}  // namespace time
}  // namespace berkeley
