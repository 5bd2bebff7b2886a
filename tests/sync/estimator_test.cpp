#include "sync/estimator.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>

namespace berkeley::sync {
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
    EXPECT_GE(estimator.at(kStart + 10s)->bound, estimator.at(kStart)->bound + 9'999us);
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
    EXPECT_NEAR(estimator.at(kStart)->driftDeviationPpb, 50, 1);
}

TEST(Estimator, KnowsTheDriftAtFirstAsWellAsANarrowLimitSays) {
    OffsetEstimator estimator{std::nullopt, DriftLimit{1'000}};
    estimator.add(Slave{1s}.sample(kStart, 50us, 50us));
    EXPECT_NEAR(estimator.at(kStart)->driftDeviationPpb, 2'000 / std::sqrt(3), 1);
}

TEST(Estimator, IsNotSureOfTheDriftOfAClockThatWasSet) {
    OffsetEstimator estimator;
    for (int burst = 0; burst < 100; ++burst) {
        estimator.beginBurst();
        estimator.add(Slave{1s, 7'000}.sample(kStart + burst * 1s, 20us, 20us));
    }
    ASSERT_LT(estimator.at(kStart + 99s)->driftDeviationPpb, 100);
    estimator.add(Slave{7s, 7'000}.sample(kStart + 100s, 20us, 20us));
    EXPECT_NEAR(estimator.at(kStart + 100s)->driftPpb, 7'000, 100);
    EXPECT_NEAR(estimator.at(kStart + 100s)->driftDeviationPpb, 300, 1);
}

TEST(Estimator, BeginsAnewWhenTheClockIsNotTheOneItWas) {
    OffsetEstimator estimator;
    estimator.add(Slave{1s}.sample(kStart, 50us, 50us));
    estimator.add(Slave{7s}.sample(kStart + 1s, 50us, 50us));
    EXPECT_EQ(estimator.at(kStart + 1s)->offset, 7s);
}

/// Bursts once a second over a path with exponential delays.
class Measured : public testing::Test {
  protected:
    void burst(const Slave& slave, int number) {
        estimator_.beginBurst();
        for (int i = 0; i < 8; ++i) {
            contradicted_ |= estimator_.add(slave.sample(at(number) + i * 1ms, delay(), delay()));
        }
    }

    /// From that burst on the bound holds, and the drift becomes known as it is.
    void expectAllWell(const Slave& slave, int first) {
        contradicted_ = false;
        for (int number = first; number < first + 60; ++number) {
            burst(slave, number);
            for (const Nanoseconds later : {10ms, 900ms}) {
                const auto estimate = estimator_.at(at(number) + later);
                const Nanoseconds error = estimate->offset - slave.offsetAt(at(number) + later);
                ASSERT_LE(std::chrono::abs(error), estimate->bound) << number;
            }
            const auto estimate = estimator_.at(at(number) + 10ms);
            ASSERT_TRUE(estimate->driftKnown() || number < first + 15) << number;
            if (estimate->driftKnown()) {
                ASSERT_NEAR(estimate->driftPpb, slave.driftPpb,
                            6 * estimate->driftDeviationPpb + 50);
            }
            ASSERT_GE(estimate->boundGrowthPpb, std::abs(estimate->driftPpb - slave.driftPpb));
        }
        EXPECT_FALSE(contradicted_);
    }

    static HostTime at(int number) { return kStart + number * 1s; }
    Nanoseconds delay() { return 50us + Nanoseconds{static_cast<int>(excess_(random_))}; }

    OffsetEstimator estimator_;
    bool contradicted_ = false;
    std::mt19937_64 random_{20261130};
    std::exponential_distribution<double> excess_{1 / 20e3};
};

TEST_F(Measured, AClockWithinTheLimitFromItsFirstBurstOn) {
    for (const double drift : {500'000., -990'000.}) {
        estimator_ = OffsetEstimator{};
        expectAllWell({1s, drift}, 0);
    }
}

TEST_F(Measured, AClockBeyondTheLimitFromItsSecondBurstOn) {
    for (const double drift : {1'944'000., -1'944'000., 1e7, -1.9e7}) {
        estimator_ = OffsetEstimator{};
        burst({1s, drift}, 0);
        burst({1s, drift}, 1);
        EXPECT_TRUE(contradicted_);
        expectAllWell({1s, drift}, 2);
    }
}

TEST_F(Measured, AClockWhoseRateWasKnownAndIsAnotherOne) {
    expectAllWell({1s}, 0);
    // Its line through kStart is another one too: it was set, which the next burst contradicts.
    const Slave faster{1s, 1'944'000};
    burst(faster, 60);
    burst(faster, 61);
    EXPECT_TRUE(contradicted_);
    expectAllWell(faster, 62);
    const Slave slower{1s, 20'000};
    burst(slower, 130);
    expectAllWell(slower, 131);
}

TEST_F(Measured, ANarrowLimitAsWell) {
    estimator_ = OffsetEstimator{std::nullopt, DriftLimit{1'000}};
    burst({1s, 500'000}, 0);
    burst({1s, 500'000}, 1);
    EXPECT_TRUE(contradicted_);
    expectAllWell({1s, 500'000}, 2);
}

TEST_F(Measured, AClockThatIsRememberedWrongly) {
    for (const double remembered : {300'000., 5e7}) {
        estimator_ = OffsetEstimator{RememberedDrift{remembered}};
        burst({1s, -40'000}, 0);
        burst({1s, -40'000}, 1);
        expectAllWell({1s, -40'000}, 2);
    }
}

TEST(Estimator, StandsWhateverASlaveClaims) {
    std::mt19937_64 random{20261130};
    std::uniform_int_distribution<std::int64_t> any{0, kTimeLimit.count() - 1}, pause{0, 9};
    std::uniform_real_distribution<double> digits{0, 17};
    for (int run = 0; run < 300; ++run) {
        OffsetEstimator estimator{RememberedDrift{digits(random) * 1e7}};
        HostTime now = kStart, claimed = kStart;
        for (int i = 0; i < 100; ++i) {
            now += Nanoseconds{std::llround(std::pow(10, pause(random)))};
            const auto jump = Nanoseconds{std::llround(std::pow(10, digits(random)))};
            claimed = pause(random) == 0 ? HostTime{Nanoseconds{any(random)}}
                                         : claimed + (i % 2 == 0 ? jump : -jump);
            const Exchange exchange{now - 100us, claimed, claimed + pause(random) * 1us, now};
            if (const auto sample = toSample(exchange); sample && isBelievable(claimed)) {
                estimator.add(*sample);
                const auto estimate = estimator.at(now);
                ASSERT_TRUE(std::isfinite(estimate->driftDeviationPpb)) << run << ", " << i;
                ASSERT_GE(estimate->bound, 0ns);
                ASSERT_LE(std::abs(estimate->driftPpb), kFastestPpb);
                ASSERT_LE(estimate->boundGrowthPpb, 2 * kFastestPpb);
            }
        }
    }
}

TEST(Estimator, BoundAlwaysContainsTheTruth) {
    std::mt19937_64 random{20261124};
    std::exponential_distribution<double> delay{1 / 100e3};
    std::uniform_real_distribution<double> drift{-990'000, 990'000};
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
}  // namespace berkeley::sync
