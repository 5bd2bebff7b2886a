#include "sync/adjustment.h"

#include <gtest/gtest.h>

namespace berkeley::sync {
namespace {

using namespace std::chrono_literals;

TEST(Deviation, GrowsByThatOfTheRateAndAsRatesWander) {
    const Deviation known{100ns, 0}, drifting{100ns, 40};
    EXPECT_EQ(known.after(1'000s), 100ns + 10us);
    EXPECT_EQ(drifting.after(1'000s), 100ns + 50us);
    EXPECT_EQ(drifting.after(-1'000s), 100ns + 50us);
}

}  // namespace
}  // namespace berkeley::sync
