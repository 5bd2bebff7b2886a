#include "sync/certain_offset.h"

#include <gtest/gtest.h>

#include <random>

namespace berkeley {
namespace {

using namespace std::chrono_literals;

constexpr HostTime kStart{std::chrono::hours{500'000}};

/// A clock that is 1 s ahead at kStart and gains `drift_`, over a path with exponential delays.
class CertainOffsetTest : public testing::Test {
  protected:
    Nanoseconds truthAt(HostTime when) const { return 1s + driftOver(when - kStart, drift_); }

    Sample sampleAt(HostTime sent) {
        const HostTime arrival = sent + delay();
        const HostTime answered = arrival + 5us;
        return toSample({sent, arrival + truthAt(arrival), answered + truthAt(answered),
                         answered + delay()})
            .value();
    }

    Nanoseconds delay() { return 50us + Nanoseconds{static_cast<int>(excess_(random_))}; }

    double drift_ = 0;
    std::mt19937_64 random_{20261124};
    std::exponential_distribution<double> excess_{1 / 50e3};
};

TEST_F(CertainOffsetTest, AlwaysContainsTheTruth) {
    std::uniform_real_distribution<double> drift{-190'000, 190'000};
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
    EXPECT_GE(certain.at(kStart + 10s).width(), certain.at(kStart + 1ms).width() + 3'990us);
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
    EXPECT_GT(slow.at(sample.when).width(), quick.at(sample.when).width() + 300us);
}

}  // namespace
}  // namespace berkeley
