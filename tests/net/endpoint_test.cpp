#include "net/endpoint.h"

#include <gtest/gtest.h>

namespace berkeley::net {
namespace {

TEST(Endpoint, IsLoopbackWhenOnlyThisMachineReachesIt) {
    for (const char* host : {"127.0.0.1", "127.9.8.7", "::1", "localhost"}) {
        EXPECT_TRUE(isLoopback(host)) << host;
    }
    for (const char* host : {"0.0.0.0", "::", "10.0.0.1", "fe80::1%lo", "::ffff:10.0.0.1", "rack",
                             "localhost.example", "127.0.0.1.example", ""}) {
        EXPECT_FALSE(isLoopback(host)) << host;
    }
}

TEST(Endpoint, BracketsAnIpv6Address) {
    EXPECT_EQ(toText(Endpoint{"::1", 8080}), "[::1]:8080");
    EXPECT_EQ(toText(Endpoint{"master", 8080}), "master:8080");
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
}  // namespace berkeley::net
