#include "sync/line_error.h"

#include <gtest/gtest.h>

namespace berkeley::sync {
namespace {

using namespace std::chrono_literals;

TEST(LineError, GrowsWithWhatIsNotKnownOfTheRate) {
    LineError error{{1us, 100}};
    error.age(100s);
    EXPECT_NEAR(static_cast<double>(error.deviation().sigma.count()), 10'050, 100);
    EXPECT_NEAR(error.deviation().driftDeviationPpb, 100.5, 0.1);
}

TEST(LineError, AgesTheSameInOneStepAndInMany) {
    LineError once{{1us, 20}}, often{{1us, 20}};
    once.age(1000s);
    for (int i = 0; i < 1000; ++i) {
        often.age(1s);
    }
    EXPECT_NEAR(static_cast<double>(once.deviation().sigma.count()),
                static_cast<double>(often.deviation().sigma.count()), 5);
    EXPECT_NEAR(once.deviation().driftDeviationPpb, often.deviation().driftDeviationPpb, 1e-6);
}

TEST(LineError, AdmitsWithinFiveStandardDeviations) {
    const LineError error{{3us, 0}};
    EXPECT_TRUE(error.admits({24us, 4us}));
    EXPECT_FALSE(error.admits({26us, 4us}));
    EXPECT_FALSE(error.admits({-26us, 4us}));
}

TEST(LineError, UnknownLineAdmitsAnythingAndFollowsIt) {
    LineError error = LineError::unknown(300);
    EXPECT_TRUE(error.isUnknown());
    error.age(1h);
    EXPECT_TRUE(error.admits({std::chrono::years{40}, 1us}));
    EXPECT_EQ(error.learn({std::chrono::years{40}, 1us}).offset, std::chrono::years{40});
    EXPECT_FALSE(error.isUnknown());
    EXPECT_NEAR(static_cast<double>(error.deviation().sigma.count()), 1000, 1);
}

TEST(LineError, LearnsLittleOfAWitnessThatIsMeasuredBadly) {
    LineError error{{1us, 0}};
    EXPECT_NEAR(static_cast<double>(error.learn({10us, 3us}).offset.count()), 1'000, 1);
    EXPECT_EQ(error.deviation().sigma, 1us) << "it is not known better for that";
}

TEST(LineError, IsNeverKnownBetterThanByTheBestMeasurement) {
    LineError error{{1ms, 0}};
    for (int i = 0; i < 100; ++i) {
        error.learn({0ns, 1us});
    }
    EXPECT_GE(error.deviation().sigma, 1us);
}

TEST(LineError, WhatAnOldMeasurementSaysIsOfThen) {
    LineError error{{100ns, 1'000}};
    error.age(1s);
    const auto shift = error.learn({100ns, 10ns, 1s});
    EXPECT_EQ(shift.offset, 99ns);
    EXPECT_NEAR(shift.ratePpb, 0, 0.1);
}

TEST(LineError, RateHasBeenAtWorkSinceAnOldMeasurement) {
    LineError known{{100ns, 1'000}};
    const auto shift = known.learn({500ns, 10ns, 1s});
    EXPECT_EQ(shift.offset, 5ns);
    EXPECT_NEAR(shift.ratePpb, -495, 1);
    LineError unknown = LineError::unknown(1'000);
    unknown.learn({500ns, 10ns, 1s});
    EXPECT_NEAR(static_cast<double>(unknown.deviation().sigma.count()), 1'000, 1);
}

TEST(LineError, WhatWasLearntOfTheOffsetIsLearntOfTheRate) {
    LineError error{{100ns, 1'000}};
    error.age(1s);
    error.learn({0ns, 10ns});
    EXPECT_NEAR(error.deviation().driftDeviationPpb, 100, 1);
    error.age(1s);
    EXPECT_NEAR(static_cast<double>(error.deviation().sigma.count()), 101, 2);
}

TEST(LineError, LineThatIsKnownExactlyLearnsNothing) {
    LineError error{{0ns, 0}};
    const auto shift = error.learn({0ns, 0ns});
    EXPECT_EQ(shift.offset, 0ns);
    EXPECT_EQ(shift.ratePpb, 0);
}

/// The rate shows in what the offset has become since the measurement before.
TEST(LineError, FindsTheRate) {
    LineError error{{100ns, 100'000}};
    double rate = 0;
    Nanoseconds offset{};
    for (int i = 0; i < 10; ++i) {
        error.age(1s);
        offset += driftOver(1s, 40'000 - rate);
        const auto shift = error.learn({offset, 1us});
        offset -= shift.offset;
        rate += shift.ratePpb;
    }
    EXPECT_NEAR(rate, 40'000, 500);
    EXPECT_LT(error.deviation().driftDeviationPpb, 1'000);
}

}  // namespace
}  // namespace berkeley::sync
