#include "node/token_buckets.h"

#include <gtest/gtest.h>

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;

TEST(TokenBuckets, TellHowOftenTheyWereEmptySinceTheLastToken) {
    TokenBuckets buckets{2};
    TokenBuckets::Time now{1h};
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(buckets.take("a", now), 0U);
    }
    for (int i = 0; i < 3; ++i) {
        EXPECT_EQ(buckets.take("a", now), std::nullopt);
    }
    now += 500ms;
    EXPECT_EQ(buckets.take("a", now), 3U);
    EXPECT_EQ(buckets.take("a", now), std::nullopt);
    EXPECT_EQ(buckets.take("b", now), 0U);
}

}  // namespace
}  // namespace berkeley::node
