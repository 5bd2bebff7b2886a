#include "sync/certain_offset.h"

#include <gtest/gtest.h>

#include <random>

namespace berkeley::sync {
namespace {

using namespace std::chrono_literals;

constexpr HostTime kStart{std::chrono::hours{500'000}};
constexpr double kDriftLimitPpb = DriftLimit{}.betweenTwoPpb();

/// A clock that is 1 s ahead at kStart and gains `drift_`, over a path with exponential delays.
class CertainOffsetTest : public testing::Test {
  protected:
    Nanoseconds truthAt(HostTime when) const {
        return 1s + steps_ + driftOver(when - kStart, drift_);
    }

    Sample sampleAt(HostTime sent) {
        const HostTime arrival = sent + delay();
        const HostTime answered = arrival + 5us;
        return toSample({sent, arrival + truthAt(arrival), answered + truthAt(answered),
                         answered + delay()})
            .value();
    }

    Nanoseconds delay() { return 50us + Nanoseconds{static_cast<int>(excess_(random_))}; }

    double drift_ = 0;
    Nanoseconds steps_{};
    std::mt19937_64 random_{20261124};
    std::exponential_distribution<double> excess_{1 / 50e3};
};

TEST_F(CertainOffsetTest, AlwaysContainsTheTruth) {
    std::uniform_real_distribution<double> drift{-990'000, 990'000};
    for (int run = 0; run < 100; ++run) {
        drift_ = drift(random_);
        CertainOffset certain;
        for (int i = 0; i < 200; ++i) {
            const HostTime now = kStart + i * 700ms;
            ASSERT_TRUE(certain.add(sampleAt(now))) << "run " << run << ", sample " << i;
            for (const Nanoseconds later : {2ms, 300ms, 5'000ms}) {
                ASSERT_TRUE(certain.at(now + later).contains(truthAt(now + later)))
                    << "run " << run << ", sample " << i << ", " << later.count() << " ns later";
            }
            ASSERT_LE(certain.driftLowPpb(), drift_);
            ASSERT_GE(certain.driftHighPpb(), drift_);
        }
    }
}

TEST_F(CertainOffsetTest, ContainsTheTruthAtTheLimitsOfTheDrift) {
    for (const double drift : {-kDriftLimitPpb, kDriftLimitPpb}) {
        drift_ = drift;
        CertainOffset certain;
        for (int i = 0; i < 500; ++i) {
            const HostTime now = kStart + i * 1s;
            ASSERT_TRUE(certain.add(sampleAt(now)));
            ASSERT_TRUE(certain.at(now + 900ms).contains(truthAt(now + 900ms))) << i;
        }
    }
}

TEST_F(CertainOffsetTest, ManySamplesKnowMoreThanOne) {
    CertainOffset certain;
    certain.add(sampleAt(kStart));
    const Nanoseconds one = certain.at(kStart + 1ms).width();
    for (int i = 1; i < 50; ++i) {
        certain.add(sampleAt(kStart + i * 1ms));
    }
    EXPECT_LT(certain.at(kStart + 51ms).width(), one);
    EXPECT_LT(certain.at(kStart + 51ms).width(), 130us) << "little more than the shortest delays";
}

TEST_F(CertainOffsetTest, DriftIsWithinItsLimitAtFirst) {
    CertainOffset certain;
    certain.add(sampleAt(kStart));
    EXPECT_EQ(certain.driftLowPpb(), -kDriftLimitPpb);
    EXPECT_EQ(certain.driftHighPpb(), kDriftLimitPpb);
    EXPECT_GE(certain.at(kStart + 10s).width(), certain.at(kStart + 1ms).width() + 19'990us);
}

TEST_F(CertainOffsetTest, DriftIntervalNarrowsWithTime) {
    drift_ = 40'000;
    CertainOffset certain;
    double before = 2 * kDriftLimitPpb;
    int next = 0;
    for (const int until : {3, 20, 120}) {
        for (; next <= until; ++next) {
            certain.add(sampleAt(kStart + next * 1s));
        }
        const double width = certain.driftHighPpb() - certain.driftLowPpb();
        EXPECT_LT(width, before / 2);
        before = width;
    }
    EXPECT_LT(before, 5'000) << "what wanders is a part of it";
}

TEST_F(CertainOffsetTest, DriftIntervalFollowsARateThatChanges) {
    for (const double change : {-2, 2}) {
        CertainOffset certain;
        Nanoseconds offset = 1s;
        double drift = 0;
        for (int i = 0; i < 3'600; ++i, drift += change, offset += driftOver(1s, drift)) {
            const HostTime now = kStart + i * 1s;
            const Sample sample{.when = now,
                                .offset = {offset - 50us, offset + 50us},
                                .delay = 100us,
                                .duration = 105us};
            ASSERT_TRUE(certain.add(sample)) << i;
            ASSERT_LE(certain.driftLowPpb(), drift) << i;
            ASSERT_GE(certain.driftHighPpb(), drift) << i;
        }
    }
}

TEST_F(CertainOffsetTest, DriftIntervalIsNoneThatContradictsItself) {
    // The rate changes by more than a clock's can: what was before says another one than what is
    // now.
    CertainOffset certain;
    Nanoseconds offset = 1s;
    for (int i = 0; i < 60; ++i) {
        const Sample sample{.when = kStart + i * 1s,
                            .offset = {offset - 1us, offset + 1us},
                            .delay = 2us,
                            .duration = 7us};
        certain.add(sample);
        ASSERT_LE(certain.driftLowPpb(), certain.driftHighPpb()) << i;
        offset += driftOver(1s, i < 30 ? 0 : 5'000);
    }
}

TEST_F(CertainOffsetTest, ContradictionBeginsAnew) {
    CertainOffset certain;
    for (int i = 0; i < 60; ++i) {
        EXPECT_TRUE(certain.add(sampleAt(kStart + i * 1s)));
    }
    Sample other = sampleAt(kStart + 60s);
    other.offset = {other.offset.low + 10s, other.offset.high + 10s};
    EXPECT_FALSE(certain.add(other));
    EXPECT_TRUE(certain.at(other.when).contains(other.offset.midpoint()));
    EXPECT_EQ(certain.driftHighPpb(), kDriftLimitPpb);
}

TEST_F(CertainOffsetTest, LongExchangeProvesLess) {
    CertainOffset quick, slow;
    Sample sample = sampleAt(kStart);
    quick.add(sample);
    sample.duration = 1s;
    slow.add(sample);
    EXPECT_GT(slow.at(sample.when).width(), quick.at(sample.when).width() + 1'900us);
}

/// Bursts of `drift_` changing clocks: what was certain, against the truth.
class FastClock : public CertainOffsetTest {
  protected:
    /// How many of the bursts contradicted what was certain before.
    int run(CertainOffset& certain, int from, int bursts, Nanoseconds interval = 1s) {
        int contradictions = 0;
        for (int burst = from; burst < from + bursts; ++burst) {
            for (int i = 0; i < 8; ++i) {
                contradictions +=
                    certain.add(sampleAt(kStart + burst * interval + i * 1ms)) ? 0 : 1;
            }
        }
        return contradictions;
    }
};

TEST_F(FastClock, IsMeasuredFromItsSecondBurstOn) {
    for (const double drift : {1'944'000., -1'944'000., 1e7, -1.9e7}) {
        drift_ = drift;
        CertainOffset certain;
        EXPECT_EQ(run(certain, 0, 2), 1) << drift;
        for (int burst = 2; burst < 300; ++burst) {
            ASSERT_EQ(run(certain, burst, 1), 0) << drift << ", burst " << burst;
            for (const Nanoseconds later : {10ms, 900ms, 60'000ms}) {
                const HostTime when = kStart + burst * 1s + later;
                ASSERT_TRUE(certain.at(when).contains(truthAt(when))) << drift << ", " << burst;
            }
            ASSERT_LE(certain.driftLowPpb(), drift);
            ASSERT_GE(certain.driftHighPpb(), drift);
        }
        EXPECT_LT(certain.driftHighPpb() - certain.driftLowPpb(), 5'000);
    }
}

TEST_F(FastClock, IsFoundOutWhenItIsHardlyBeyondTheLimit) {
    drift_ = kDriftLimitPpb + 2'000;
    CertainOffset certain;
    EXPECT_GE(run(certain, 0, 300), 1);
    EXPECT_EQ(run(certain, 300, 600), 0);
    EXPECT_GE(certain.driftHighPpb(), drift_);
    EXPECT_LT(certain.driftHighPpb(), drift_ + 3'000);
}

TEST_F(FastClock, MayWanderLikeAnyOther) {
    drift_ = 1'944'000;
    CertainOffset certain;
    run(certain, 0, 3, 1min);
    Nanoseconds offset = truthAt(kStart + 121s);
    for (int i = 121; i < 14'400; ++i, drift_ += 2, offset += driftOver(1s, drift_)) {
        const Interval interval{offset - 100us, offset + 100us};
        ASSERT_TRUE(certain.add({kStart + i * 1s, interval, 200us, 205us})) << i;
        ASSERT_GE(certain.driftHighPpb(), drift_) << i;
    }
}

TEST_F(FastClock, ThatComesBackWithinTheLimitIsForgotten) {
    drift_ = 1'944'000;
    CertainOffset certain;
    run(certain, 0, 30);
    drift_ = 3'000;
    EXPECT_EQ(run(certain, 30, 30), 1);
    Sample other = sampleAt(kStart + 60s);
    other.offset = {other.offset.low + 10s, other.offset.high + 10s};
    EXPECT_FALSE(certain.add(other));
    EXPECT_EQ(certain.driftHighPpb(), kDriftLimitPpb);
}

TEST_F(FastClock, ThatIsSetKeepsItsRate) {
    drift_ = 1'944'000;
    CertainOffset certain;
    run(certain, 0, 30);
    int burst = 30;
    for (const Nanoseconds step : {Nanoseconds{300us}, Nanoseconds{-40s}}) {
        steps_ += step;
        EXPECT_EQ(run(certain, burst++, 1), 1);
        EXPECT_GE(certain.driftHighPpb(), drift_);
    }
    EXPECT_EQ(run(certain, burst, 10), 0);
    EXPECT_GE(certain.driftHighPpb(), drift_);
}

TEST_F(FastClock, IsNotAClockThatWasSetByLittle) {
    CertainOffset certain;
    run(certain, 0, 30);
    Sample other = sampleAt(kStart + 30s);
    other.offset = {other.offset.low + 1ms, other.offset.high + 1ms};
    EXPECT_FALSE(certain.add(other));
    EXPECT_EQ(certain.driftHighPpb(), kDriftLimitPpb);
}

TEST_F(FastClock, IsNotAClockThatWasSet) {
    std::uniform_real_distribution<double> step{2e6, 3e7};
    for (int group = 0; group < 200; ++group) {
        drift_ = 40'000;
        CertainOffset certain;
        int contradictions = 0;
        for (int burst = 0; burst < 40; ++burst) {
            if (burst % 5 == 4) {
                const auto by = static_cast<std::int64_t>(step(random_));
                steps_ += Nanoseconds{burst % 2 == 0 ? by : -by};
            }
            contradictions += run(certain, burst, 1);
            const HostTime when = kStart + burst * 1s + 900ms;
            ASSERT_TRUE(certain.at(when).contains(truthAt(when))) << burst;
            ASSERT_LE(certain.driftLowPpb(), drift_) << burst;
            ASSERT_GE(certain.driftHighPpb(), drift_) << burst;
        }
        EXPECT_LE(contradictions, 8);
    }
}

TEST_F(FastClock, IsNotTakenForOneOutOfASingleBurst) {
    CertainOffset certain;
    certain.add(sampleAt(kStart));
    Sample other = sampleAt(kStart + 30ms);
    other.offset = other.offset.widened(200us);
    other.offset = {other.offset.low + 1ms, other.offset.high + 1ms};
    EXPECT_FALSE(certain.add(other));
    EXPECT_EQ(certain.driftHighPpb(), kDriftLimitPpb);
}

}  // namespace
}  // namespace berkeley::sync
