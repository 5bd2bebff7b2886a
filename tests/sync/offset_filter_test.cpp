#include "sync/offset_filter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <random>

namespace berkeley::sync {
namespace {

constexpr double kBase = 100e3;

/// A clock that is 3 ms ahead and gains 20 ppm, seen once a second over a path of one's choice.
class OffsetFilterTest : public testing::Test {
  protected:
    using Excess = std::function<double()>;

    OffsetFilterTest() {
        for (OffsetFilter* filter : {&oneSided_, &symmetric_}) {
            filter->begin(0, 10e6, 0, 100'000);
        }
    }

    double truth() const { return 3e6 + kDrift * seconds_; }

    void observe(int count, const Excess& poll, const Excess& report) {
        for (int i = 0; i < count; ++i, ++seconds_) {
            const Observation observation{.low = truth() - kBase - report(),
                                          .high = truth() + kBase + poll()};
            ASSERT_TRUE(jitter_.admit(observation.high - observation.low));
            for (OffsetFilter* filter : {&oneSided_, &symmetric_}) {
                filter->observe(observation, jitter_);
            }
            jitter_.learn(observation, truth());
            for (OffsetFilter* filter : {&oneSided_, &symmetric_}) {
                filter->advance(1);
            }
        }
    }

    Excess exponential(double mean) {
        return [this, mean] { return std::exponential_distribution<double>{1 / mean}(random_); };
    }
    Excess normal(double mean, double sigma) {
        return [=, this] { return std::normal_distribution<double>{mean, sigma}(random_); };
    }

    static constexpr double kDrift = 20'000;

    std::mt19937_64 random_{20261124};
    double seconds_ = 0;
    Jitter jitter_{2 * kBase + 20e3};
    OffsetFilter oneSided_{JitterKind::oneSided, 1};
    OffsetFilter symmetric_{JitterKind::symmetric, 1};
};

TEST_F(OffsetFilterTest, ScoresForgetHowThePathWas) {
    observe(3'000, exponential(10e3), exponential(10e3));
    ASSERT_GT(oneSided_.score(), symmetric_.score());
    observe(1'000, normal(20e3, 3e3), normal(20e3, 3e3));
    EXPECT_GT(symmetric_.score(), oneSided_.score());
}

TEST_F(OffsetFilterTest, BothKindsTrackADriftingClock) {
    observe(300, exponential(10e3), exponential(10e3));
    for (const OffsetFilter* filter : {&oneSided_, &symmetric_}) {
        EXPECT_NEAR(filter->offset(), truth(), 4e3);
        EXPECT_NEAR(filter->drift(), kDrift, 100);
        EXPECT_LT(std::sqrt(filter->driftVariance()), 200);
    }
}

TEST_F(OffsetFilterTest, OneSidedIsMoreExactOnExponentialJitter) {
    double oneSided = 0, symmetric = 0;
    observe(300, exponential(10e3), exponential(10e3));
    for (int i = 0; i < 500; ++i) {
        observe(1, exponential(10e3), exponential(10e3));
        oneSided += std::abs(oneSided_.offset() - truth());
        symmetric += std::abs(symmetric_.offset() - truth());
    }
    EXPECT_LT(oneSided, 0.7 * symmetric);
}

TEST_F(OffsetFilterTest, OneSidedScoresBetterOnExponentialJitter) {
    observe(1'000, exponential(10e3), exponential(10e3));
    EXPECT_GT(oneSided_.score(), symmetric_.score() + 12);
}

TEST_F(OffsetFilterTest, OneSidedScoresBetterWhenOnlyOneSideHasJitter) {
    observe(1'000, exponential(50e3), exponential(100));
    EXPECT_GT(oneSided_.score(), symmetric_.score() + 12);
    EXPECT_NEAR(oneSided_.offset(), truth(), 1e3) << "not half of the mean delay off";
}

TEST_F(OffsetFilterTest, OneSidedKnowsWhichEndIsTheNearerOne) {
    observe(2'000, exponential(50e3), exponential(5e3));
    oneSided_.begin(truth(), 10e6, kDrift, 1);
    oneSided_.observe({.low = truth() - kBase - 5e3, .high = truth() + kBase + 50e3}, jitter_);
    EXPECT_NEAR(oneSided_.offset(), truth(), 2e3);
}

TEST_F(OffsetFilterTest, SymmetricScoresBetterOnNormalJitter) {
    observe(1'000, normal(60e3, 10e3), normal(60e3, 10e3));
    EXPECT_GT(symmetric_.score(), oneSided_.score() + 12);
    EXPECT_NEAR(symmetric_.offset(), truth(), 3e3);
}

TEST_F(OffsetFilterTest, UncertaintyGrowsWithoutObservations) {
    observe(100, exponential(10e3), exponential(10e3));
    const double before = oneSided_.driftVariance();
    oneSided_.advance(100);
    EXPECT_NEAR(oneSided_.driftVariance(), before + 100, 1e-6) << "by the wander's square a second";
}

TEST_F(OffsetFilterTest, IsNotRuledOutByASingleObservation) {
    observe(300, exponential(10e3), exponential(10e3));
    for (OffsetFilter* filter : {&oneSided_, &symmetric_}) {
        const double before = filter->score();
        filter->observe({.low = truth() + 5e6, .high = truth() + 5.2e6}, jitter_);
        EXPECT_GT(filter->score(), before - 51 - std::abs(before));
        EXPECT_LT(filter->score(), before);
    }
}

TEST_F(OffsetFilterTest, SurvivesAnObservationThatCannotBe) {
    observe(300, exponential(10e3), exponential(10e3));
    oneSided_.observe({.low = truth() + 5e6, .high = truth() + 5.2e6}, jitter_);
    EXPECT_TRUE(std::isfinite(oneSided_.offset()));
    EXPECT_TRUE(std::isfinite(oneSided_.score()));
    EXPECT_GE(oneSided_.driftVariance(), 0);
}

}  // namespace
}  // namespace berkeley::sync
