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

TEST(NetworkOf, IsTheFirstHalfOfAnIpv6Address) {
    EXPECT_EQ(networkOf("2001:db8:1:2::1"), networkOf("2001:db8:1:2:ffff:ffff:ffff:ffff"));
    EXPECT_NE(networkOf("2001:db8:1:2::1"), networkOf("2001:db8:1:3::1"));
}

TEST(NetworkOf, IsTheWholeOfAnIpv4AddressHoweverItIsWritten) {
    EXPECT_NE(networkOf("192.0.2.7"), networkOf("192.0.2.8"));
    EXPECT_EQ(networkOf("192.0.2.7"), networkOf("::ffff:192.0.2.7"));
}

TEST(NetworkOf, IsTheTextItselfWhereThatIsNoAddress) { EXPECT_EQ(networkOf("unknown"), "unknown"); }

}  // namespace
}  // namespace berkeley::node
