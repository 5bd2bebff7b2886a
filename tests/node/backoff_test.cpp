#include "node/backoff.h"

#include <gtest/gtest.h>

namespace berkeley::node {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToItsLimitAndNeverWaitsMoreThanItsTurn) {
    Backoff backoff{200ms, 1s, 7};
    for (const Nanoseconds turn : {200ms, 400ms, 800ms, 1000ms, 1000ms}) {
        const Nanoseconds wait = backoff.next();
        EXPECT_LE(wait, turn);
        EXPECT_GE(wait, turn / 2);
    }
}

TEST(Backoff, BeginsAnewAfterReset) {
    Backoff backoff{200ms, 4s, 7};
    backoff.next();
    backoff.next();
    backoff.reset();
    EXPECT_LE(backoff.next(), 200ms);
}

TEST(Backoff, IsNotTheSameForTwoSlaves) {
    Backoff one{200ms, 4s, 1}, other{200ms, 4s, 2};
    EXPECT_NE(one.next(), other.next());
}

}  // namespace
}  // namespace berkeley::node
