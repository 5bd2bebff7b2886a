#include "sync/jitter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace berkeley::sync {
namespace {

/// A path whose delays are exponential above `base` each way; the true offset is zero.
class JitterTest : public testing::Test {
  protected:
    Observation observation(double base, double pollMean, double reportMean) {
        return {.low = -(base + reportMean * exponential_(random_)),
                .high = base + pollMean * exponential_(random_)};
    }

    static bool feed(Jitter& jitter, const Observation& observation) {
        const bool admitted = jitter.admit(observation.high - observation.low);
        if (admitted) {
            jitter.learn(observation, 0);
        }
        return admitted;
    }

    void feed(Jitter& jitter, int count, double base, double pollMean, double reportMean) {
        for (int i = 0; i < count; ++i) {
            feed(jitter, observation(base, pollMean, reportMean));
        }
    }

    std::mt19937_64 random_{20261124};
    std::exponential_distribution<double> exponential_{1};
};

TEST_F(JitterTest, LearnsBothScales) {
    Jitter jitter{250e3};
    feed(jitter, 5'000, 100e3, 40e3, 5e3);
    EXPECT_NEAR(jitter.pollExcess(), 40e3, 4e3);
    EXPECT_NEAR(jitter.reportExcess(), 5e3, 1e3);
    EXPECT_NEAR(std::sqrt(jitter.middleVariance()), 26.6e3, 4e3) << "its mean is not zero";
    EXPECT_NEAR(jitter.roundTripMean(), 245e3, 10e3);
}

TEST_F(JitterTest, FindsTheShortestDelay) {
    Jitter jitter{220e3};
    feed(jitter, 5'000, 100e3, 10e3, 10e3);
    EXPECT_NEAR(jitter.base(), 100e3, 4 * jitter.baseSigma());
    EXPECT_LT(jitter.baseSigma(), 100);
}

TEST_F(JitterTest, KnowsHowUncertainTheShortestDelayIs) {
    int within = 0;
    for (int run = 0; run < 200; ++run) {
        Jitter jitter{220e3};
        feed(jitter, 200, 100e3, 10e3, 10e3);
        within += std::abs(jitter.base() - 100e3) < 2 * jitter.baseSigma() ? 1 : 0;
    }
    EXPECT_GT(within, 170) << "of 200 within two deviations";
}

TEST_F(JitterTest, WithoutJitterTheScalesGoToTheResolution) {
    Jitter jitter{200e3};
    feed(jitter, 20'000, 100e3, 0, 0);
    EXPECT_NEAR(jitter.base(), 100e3, 200);
    EXPECT_LT(jitter.pollExcess(), 200);
    EXPECT_LT(jitter.reportExcess(), 200);
}

TEST_F(JitterTest, OutliersAreRefusedAndSpoilNothing) {
    Jitter jitter{220e3};
    feed(jitter, 2'000, 100e3, 10e3, 10e3);
    const double excess = jitter.pollExcess(), variance = jitter.middleVariance();
    for (int i = 0; i < 50; ++i) {
        EXPECT_FALSE(feed(jitter, {.low = -100e3, .high = 200e6}));
        feed(jitter, 3, 100e3, 10e3, 10e3);
    }
    EXPECT_NEAR(jitter.pollExcess(), excess, 0.2 * excess);
    EXPECT_NEAR(jitter.middleVariance(), variance, 0.4 * variance);
}

TEST_F(JitterTest, LateButNotStrangeCountsOnlyALittle) {
    Jitter jitter{220e3};
    feed(jitter, 2'000, 100e3, 10e3, 10e3);
    const double excess = jitter.pollExcess();
    EXPECT_TRUE(feed(jitter, {.low = -100e3, .high = 100e3 + 300e3}));
    EXPECT_LT(jitter.pollExcess(), 1.01 * excess);
}

TEST_F(JitterTest, MuchLongerRouteIsLearnedAtOnce) {
    Jitter jitter{220e3};
    feed(jitter, 2'000, 100e3, 10e3, 10e3);
    feed(jitter, 50, 5e6, 10e3, 10e3);
    EXPECT_NEAR(jitter.base(), 5e6, 50e3);
}

TEST_F(JitterTest, LongerRouteIsLearnedWithinAHundred) {
    Jitter jitter{220e3};
    feed(jitter, 2'000, 100e3, 10e3, 10e3);
    feed(jitter, 100, 200e3, 10e3, 10e3);
    EXPECT_NEAR(jitter.base(), 200e3, 15e3);
    feed(jitter, 2'000, 200e3, 10e3, 10e3);
    EXPECT_NEAR(jitter.base(), 200e3, 1e3);
    EXPECT_NEAR(jitter.pollExcess(), 10e3, 2e3);
}

TEST_F(JitterTest, LittleLongerRouteIsLearnedInTime) {
    Jitter jitter{220e3};
    feed(jitter, 40'000, 100e3, 10e3, 10e3);
    feed(jitter, 70'000, 101e3, 10e3, 10e3);
    EXPECT_NEAR(jitter.base(), 101e3, 200);
}

TEST_F(JitterTest, ShorterRouteIsLearnedWithItsUncertainty) {
    Jitter jitter{420e3};
    feed(jitter, 2'000, 200e3, 10e3, 10e3);
    feed(jitter, observation(100e3, 10e3, 10e3));
    EXPECT_NEAR(jitter.base(), 100e3, 4 * jitter.baseSigma());
    feed(jitter, 2'000, 100e3, 10e3, 10e3);
    EXPECT_NEAR(jitter.base(), 100e3, 1e3);
}

}  // namespace
}  // namespace berkeley::sync
