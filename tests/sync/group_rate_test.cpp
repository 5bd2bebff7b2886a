#include "sync/group_rate.h"

#include <gtest/gtest.h>

namespace berkeley::sync {
namespace {

using namespace std::chrono_literals;

constexpr HostTime kStart{std::chrono::hours{500'000}};

/// With the master's own clock.
void follow(GroupRate& rate, HostTime now, std::map<SlaveId, double> drifts, std::size_t slaves) {
    drifts.emplace(kMaster, 0);
    rate.follow(now, drifts, slaves + 1);
}

/// A group that was founded by its master and two slaves, at +30 and −12 ppm.
class FoundedGroup : public testing::Test {
  protected:
    FoundedGroup() {
        while (rate_.founding()) {
            cycle(drifts_);
        }
    }

    void cycle(const std::map<SlaveId, double>& drifts, Nanoseconds after = 1s) {
        now_ += after;
        follow(rate_, now_, drifts, drifts.size());
    }

    std::map<SlaveId, double> drifts_{{1, 30'000}, {2, -12'000}};
    HostTime now_ = kStart;
    GroupRate rate_{0};
};

TEST(GroupRate, StaysWhatItWasWhileMostDriftsAreUnknown) {
    GroupRate rate{7'000};
    follow(rate, kStart, {{1, 30'000}}, 3);
    EXPECT_EQ(rate.ppb(), 7'000);
}

TEST(GroupRate, StaysWhatItWasWithoutSlaves) {
    GroupRate rate{7'000};
    follow(rate, kStart, {}, 0);
    EXPECT_EQ(rate.ppb(), 7'000);
}

TEST(GroupRate, GoesToTheMeanAtOnceWhileTheGroupIsFounded) {
    GroupRate rate{0};
    follow(rate, kStart, {{1, 30'000}, {2, -12'000}}, 2);
    EXPECT_NEAR(rate.ppb(), 6'000, 1e-6);
    follow(rate, kStart + 1s, {{1, 33'000}, {2, -12'000}}, 2);
    EXPECT_NEAR(rate.ppb(), 7'000, 1e-6);
}

TEST(GroupRate, IsTheMeanOfThoseThatAreKnownWhenTheseAreMost) {
    GroupRate rate{0};
    follow(rate, kStart, {{1, 30'000}, {2, -12'000}}, 3);
    EXPECT_NEAR(rate.ppb(), 6'000, 1e-6);
}

TEST_F(FoundedGroup, DoesNotChangeItsRateWhenAClockLeaves) {
    cycle({{1, 30'000}});
    EXPECT_NEAR(rate_.ppb(), 6'000, 0.1);
}

TEST_F(FoundedGroup, DoesNotChangeItsRateWhenAClockLeavesWhoseDriftHasChanged) {
    for (SlaveId slave = 1; slave <= 4; ++slave) {
        drifts_[slave] = 0;
    }
    cycle(drifts_);
    for (auto& [slave, drift] : drifts_) {
        drift += static_cast<double>(slave) * 10;
    }
    cycle(drifts_);
    const double before = rate_.ppb();
    drifts_.erase(4);
    cycle(drifts_);
    EXPECT_NEAR(rate_.ppb(), before, 0.1);
}

TEST_F(FoundedGroup, DoesNotChangeItsRateWhenAClockComes) {
    drifts_[3] = 90'000;
    cycle(drifts_);
    cycle(drifts_);
    EXPECT_NEAR(rate_.ppb(), 6'000, 0.1);
}

TEST_F(FoundedGroup, DoesNotChangeItsRateWhenTheMastersClockIsSetBack) {
    cycle({{1, 30'000}}, -1h);
    EXPECT_NEAR(rate_.ppb(), 6'000, 0.1);
}

TEST_F(FoundedGroup, GoesToTheMeanInTheEnd) {
    for (int i = 0; i < 200; ++i) {
        cycle({{1, 30'000}}, 1h);
    }
    EXPECT_NEAR(rate_.ppb(), 15'000, 1e-6);
}

/// It was learnt of liars.
TEST_F(FoundedGroup, IsNeverFarFromTheMean) {
    rate_.correct(500'000);
    cycle(drifts_);
    EXPECT_NEAR(rate_.ppb(), 106'000, 1);
}

/// Under a master that is new, it may be the only one at first.
TEST(GroupRate, IsNotTakenAlongByAClockThatComesWhileMostDriftsAreUnknown) {
    GroupRate rate{6'000, true};
    follow(rate, kStart, {{1, 30'000}}, 8);
    follow(rate, kStart + 1s, {{1, 30'500}}, 8);
    EXPECT_EQ(rate.ppb(), 6'000);
    const std::map<SlaveId, double> most{{1, 30'500}, {2, -12'000}, {3, 0}, {4, 0}, {5, 0}};
    follow(rate, kStart + 2s, most, 8);
    EXPECT_NEAR(rate.ppb(), 6'000, 0.1);
}

/// All drifts are against the master's clock, so they change together when it is that one.
TEST_F(FoundedGroup, GoesOnAsTheSlavesDoWhenTheMastersOwnRateChanges) {
    cycle({{1, 25'000}, {2, -17'000}});
    EXPECT_NEAR(rate_.ppb(), 6'000 - 5'000, 0.1);
}

/// The farthest of the three drifts is where the robust mean just counts it, and then does not.
TEST(GroupRate, DoesNotJumpWhenAClockBecomesAnOutlier) {
    GroupRate rate{0};
    HostTime now = kStart;
    while (rate.founding()) {
        follow(rate, now += 1s, {{1, 28'275}, {2, -5'450}}, 2);
    }
    const double before = rate.ppb();
    follow(rate, now += 1s, {{1, 28'290}, {2, -5'450}}, 2);
    EXPECT_NEAR(rate.ppb(), before, 15);
}

TEST_F(FoundedGroup, IsNotTakenAlongByOneClockOfMany) {
    for (SlaveId slave = 3; slave < 9; ++slave) {
        drifts_[slave] = 0;
    }
    cycle(drifts_);
    drifts_[1] += 100'000;
    cycle(drifts_);
    EXPECT_NEAR(rate_.ppb(), 6'000, 0.1);
}

}  // namespace
}  // namespace berkeley::sync
