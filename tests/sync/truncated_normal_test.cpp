#include "sync/truncated_normal.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace berkeley::sync {
namespace {

/// By Simpson's rule over that part of the interval where the density is not negligible, relative
/// to the largest density so that nothing underflows.
TruncatedNormal integrated(double mean, double sigma, double low, double high) {
    const double peak = std::clamp(mean, low, high);
    const double z = (peak - mean) / sigma;
    const double reach = 12 * sigma / std::max(1.0, std::abs(z) / 4);
    const double from = std::max(low, peak - reach), to = std::min(high, peak + reach);
    constexpr int kSteps = 20'000;
    const double width = (to - from) / kSteps;
    double zeroth = 0, first = 0, second = 0;
    for (int i = 0; i <= kSteps; ++i) {
        const double x = from + i * width - peak;
        const double weight = i == 0 || i == kSteps ? 1 : i % 2 == 1 ? 4 : 2;
        const double density = weight * std::exp(-(x * x / (2 * sigma * sigma) + x * z / sigma));
        zeroth += density;
        first += density * x;
        second += density * x * x;
    }
    const double offset = first / zeroth;
    const double logPeak = -z * z / 2 - std::log(sigma * std::sqrt(2 * std::numbers::pi));
    return {peak + offset, second / zeroth - offset * offset,
            logPeak + std::log(zeroth * width / 3)};
}

void expectAsIntegrated(double mean, double sigma, double low, double high) {
    const TruncatedNormal exact = integrated(mean, sigma, low, high);
    const TruncatedNormal result = truncate(mean, sigma, low, high);
    const double deviation = std::sqrt(exact.variance);
    EXPECT_NEAR(result.mean, exact.mean, 0.01 * deviation) << low << ".." << high;
    EXPECT_NEAR(result.variance, exact.variance, 0.05 * exact.variance) << low << ".." << high;
    EXPECT_NEAR(result.logProbability, exact.logProbability, 0.01) << low << ".." << high;
}

TEST(TruncatedNormal, IsTheNormalWhenNothingIsCutOff) {
    const TruncatedNormal result = truncate(3, 2, -1000, 1000);
    EXPECT_NEAR(result.mean, 3, 1e-9);
    EXPECT_NEAR(result.variance, 4, 1e-9);
    EXPECT_NEAR(result.logProbability, 0, 1e-9);
}

TEST(TruncatedNormal, AgreesWithNumericalIntegration) {
    for (const double low : {-6.0, -3.0, -1.0, -0.1, 0.0, 0.5, 2.0, 4.0}) {
        for (const double width : {0.05, 0.5, 2.0, 7.0}) {
            expectAsIntegrated(0, 1, low, low + width);
            expectAsIntegrated(-7e5, 300, -7e5 + 300 * low, -7e5 + 300 * (low + width));
        }
    }
}

TEST(TruncatedNormal, AgreesInTheTails) {
    for (const double low : {5.0, 8.0, 20.0, 38.0}) {
        for (const double width : {0.1, 1.0, 10.0}) {
            expectAsIntegrated(0, 1, low, low + width);
            expectAsIntegrated(0, 1, -low - width, -low);
        }
    }
}

TEST(TruncatedNormal, IsMirroredWithItsInterval) {
    const TruncatedNormal right = truncate(0, 1, 0.3, 2.5), left = truncate(0, 1, -2.5, -0.3);
    EXPECT_NEAR(right.mean, -left.mean, 1e-12);
    EXPECT_NEAR(right.variance, left.variance, 1e-12);
    EXPECT_NEAR(right.logProbability, left.logProbability, 1e-12);
}

TEST(TruncatedNormal, NarrowIntervalIsFlat) {
    for (const double low : {-30.0, 0.0, 3.0, 30.0}) {
        const TruncatedNormal result = truncate(0, 1, low, low + 1e-4);
        EXPECT_NEAR(result.mean, low + 0.5e-4, 1e-9);
        EXPECT_NEAR(result.variance, 1e-8 / 12, 1e-12);
        const double logDensity = -low * low / 2 - std::log(std::sqrt(2 * std::numbers::pi));
        EXPECT_NEAR(result.logProbability, logDensity + std::log(1e-4), 0.01);
    }
}

TEST(TruncatedNormal, EmptyIntervalIsItsPoint) {
    const TruncatedNormal result = truncate(0, 1, 2, 2);
    EXPECT_EQ(result.mean, 2);
    EXPECT_EQ(result.variance, 0);
    EXPECT_TRUE(std::isfinite(result.logProbability));
}

TEST(TruncatedNormal, IsFiniteAndInsideHoweverFarAway) {
    for (const double far : {1e2, 1e4, 1e6, 1e9}) {
        for (const double width : {1e-6, 1e-3, 1.0, 1e3}) {
            for (const double low : {far, -far - width}) {
                const TruncatedNormal result = truncate(0, 1, low, low + width);
                EXPECT_GE(result.mean, low);
                EXPECT_LE(result.mean, low + width);
                EXPECT_GE(result.variance, 0);
                EXPECT_TRUE(std::isfinite(result.variance)) << low << " " << width;
                EXPECT_TRUE(std::isfinite(result.logProbability)) << low << " " << width;
            }
        }
    }
}

}  // namespace
}  // namespace berkeley::sync
