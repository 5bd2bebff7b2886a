#include "berkeley/sync/estimator.h"

#include <gtest/gtest.h>

#include <random>

namespace berkeley {
namespace {

using namespace std::chrono_literals;

constexpr HostTime kStart{std::chrono::hours{500'000}};

/// A slave that is `offset` ahead at kStart and gains `driftPpb`.
struct Slave {
    Nanoseconds offset;
    double driftPpb = 0;

    Nanoseconds offsetAt(HostTime master) const {
        return offset + driftOver(master - kStart, driftPpb);
    }
    HostTime at(HostTime master) const { return master + offsetAt(master); }

    Sample sample(HostTime sent, Nanoseconds there, Nanoseconds back) const {
        const HostTime arrival = sent + there;
        const HostTime answered = arrival + 5us;
        return toSample({sent, at(arrival), at(answered), answered + back}).value();
    }
};

TEST(Estimator, KnowsNothingBeforeTheFirstSample) {
    const OffsetEstimator estimator;
    EXPECT_FALSE(estimator.at(kStart));
    EXPECT_FALSE(estimator.delay());
}

TEST(Estimator, OneBurstTellsTheOffsetButNotTheDrift) {
    const Slave slave{25min};
    OffsetEstimator estimator;
    estimator.beginBurst();
    estimator.add(slave.sample(kStart, 50us, 50us));
    const auto estimate = estimator.at(kStart + 1ms);
    ASSERT_TRUE(estimate);
    EXPECT_EQ(estimate->offset, 25min);
    EXPECT_FALSE(estimate->driftKnown());
    EXPECT_EQ(estimator.delay(), 100us);
}

TEST(Estimator, PrefersTheShortestRoundTripOfABurst) {
    const Slave slave{1s};
    OffsetEstimator estimator;
    estimator.beginBurst();
    estimator.add(slave.sample(kStart, 400us, 20us));
    estimator.add(slave.sample(kStart + 1ms, 20us, 20us));
    estimator.add(slave.sample(kStart + 2ms, 20us, 700us));
    EXPECT_LT(std::chrono::abs(estimator.at(kStart + 3ms)->offset - 1s), 10us);
    EXPECT_EQ(estimator.delay(), 40us);
}

TEST(Estimator, LeavesAStrangeRoundTripAside) {
    std::mt19937_64 random{20261124};
    std::exponential_distribution<double> excess{1 / 500.0};
    const auto path = [&] { return 20us + Nanoseconds{static_cast<int>(excess(random))}; };
    const Slave slave{1s};
    OffsetEstimator estimator;
    for (int burst = 0; burst < 100; ++burst) {
        estimator.beginBurst();
        estimator.add(slave.sample(kStart + burst * 1s, path(), path()));
    }
    const auto before = estimator.at(kStart + 101s);
    estimator.add(slave.sample(kStart + 100s, 20us, 3ms));
    EXPECT_GE(estimator.at(kStart + 101s)->sigma, before->sigma) << "it says nothing";
    EXPECT_EQ(estimator.at(kStart + 101s)->jitter, before->jitter);
}

TEST(Estimator, FindsTheDriftFromSeveralBursts) {
    const Slave slave{1s, 40'000};
    OffsetEstimator estimator;
    for (int burst = 0; burst < 30; ++burst) {
        estimator.beginBurst();
        estimator.add(slave.sample(kStart + burst * 1s, 20us, 20us));
    }
    const auto estimate = estimator.at(kStart + 40s);
    ASSERT_TRUE(estimate->driftKnown());
    EXPECT_NEAR(estimate->driftPpb, 40'000, 100);
    EXPECT_LT(std::chrono::abs(estimate->offset - slave.offsetAt(kStart + 40s)), 1us);
}

TEST(Estimator, BoundGrowsWithAge) {
    const Slave slave{1s};
    OffsetEstimator estimator;
    estimator.add(slave.sample(kStart, 50us, 50us));
    EXPECT_GE(estimator.at(kStart + 10s)->bound, estimator.at(kStart)->bound + 1999us);
}

TEST(Estimator, BoundGrowsByTheFartherEndOfWhatTheDriftCanBe) {
    OffsetEstimator unknown;
    unknown.add(Slave{1s}.sample(kStart, 50us, 50us));
    const double limit = unknown.at(kStart)->boundGrowthPpb;
    for (const double drift : {-100'000.0, 100'000.0}) {
        OffsetEstimator estimator{RememberedDrift{drift}};
        estimator.add(Slave{1s, drift}.sample(kStart, 50us, 50us));
        const auto estimate = estimator.at(kStart);
        EXPECT_NEAR(estimate->driftPpb, drift, 1);
        EXPECT_NEAR(estimate->boundGrowthPpb, limit + 100'000, 1);
    }
}

TEST(Estimator, KnowsTheDriftAsWellAsTheSlaveSaysThatItDoes) {
    OffsetEstimator estimator{RememberedDrift{0}};
    estimator.expect(kStart, 1s, {10ns, 50});
    estimator.add(Slave{1s}.sample(kStart, 50us, 50us));
    EXPECT_NEAR(estimator.at(kStart)->driftSigmaPpb, 50, 1);
}

TEST(Estimator, IsNotSureOfTheDriftOfAClockThatWasSet) {
    OffsetEstimator estimator;
    for (int burst = 0; burst < 100; ++burst) {
        estimator.beginBurst();
        estimator.add(Slave{1s, 7'000}.sample(kStart + burst * 1s, 20us, 20us));
    }
    ASSERT_LT(estimator.at(kStart + 99s)->driftSigmaPpb, 100);
    estimator.add(Slave{7s, 7'000}.sample(kStart + 100s, 20us, 20us));
    EXPECT_NEAR(estimator.at(kStart + 100s)->driftPpb, 7'000, 100);
    EXPECT_NEAR(estimator.at(kStart + 100s)->driftSigmaPpb, 300, 1);
}

TEST(Estimator, BeginsAnewWhenTheClockIsNotTheOneItWas) {
    OffsetEstimator estimator;
    estimator.add(Slave{1s}.sample(kStart, 50us, 50us));
    estimator.add(Slave{7s}.sample(kStart + 1s, 50us, 50us));
    EXPECT_EQ(estimator.at(kStart + 1s)->offset, 7s);
}

TEST(Estimator, BoundAlwaysContainsTheTruth) {
    std::mt19937_64 random{20261124};
    std::exponential_distribution<double> delay{1 / 100e3};
    std::uniform_real_distribution<double> drift{-150'000, 150'000};
    const auto path = [&] { return Nanoseconds{20'000 + static_cast<int>(delay(random))}; };
    for (int run = 0; run < 200; ++run) {
        const Slave slave{Nanoseconds{static_cast<std::int64_t>(drift(random) * 1e6)},
                          drift(random)};
        OffsetEstimator estimator;
        for (int burst = 0; burst < 30; ++burst) {
            estimator.beginBurst();
            HostTime now = kStart + burst * 1s;
            for (int i = 0; i < 8; ++i) {
                estimator.add(slave.sample(now, path(), path()));
                now += 1ms;
            }
            for (const Nanoseconds later : {0ms, 10ms, 900ms}) {
                const auto estimate = estimator.at(now + later);
                const Nanoseconds error = estimate->offset - slave.offsetAt(now + later);
                ASSERT_LE(std::chrono::abs(error), estimate->bound) << "run " << run;
            }
        }
    }
}

}  // namespace
}  // namespace berkeley
