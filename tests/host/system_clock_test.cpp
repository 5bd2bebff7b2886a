#include "host/system_clock.h"

#include <gtest/gtest.h>

#include <optional>

namespace berkeley::host {
namespace {

using namespace std::chrono_literals;

/// A system clock that only these tests see: it shows host time plus what it was stepped by.
class PretendClock : public SystemClock {
  public:
    explicit PretendClock(const HostClock& host) : host_(host) {}

    SystemTime now() const override {
        return SystemTime{host_.now().time_since_epoch() + stepped_.value_or(0ns)};
    }
    void step(Nanoseconds by) override {
        EXPECT_FALSE(stepped_) << "stepped twice";
        stepped_ = by;
    }
    void slew(Nanoseconds by) override { slewed_ = by; }
    double frequencyPpb() const override { return frequencyPpb_; }
    void setFrequencyPpb(double ppb) override { frequencyPpb_ = ppb; }

    const HostClock& host_;
    std::optional<Nanoseconds> stepped_;
    std::optional<Nanoseconds> slewed_;
    double frequencyPpb_ = 777;
};

class SystemFollowerTest : public testing::Test {
  protected:
    void adjust(Nanoseconds correction) {
        discipline_.apply(host_.now(), {.cycle = 1,
                                        .reference = host_.now(),
                                        .correction = correction,
                                        .frequencyPpb = 5'000,
                                        .bound = 1us,
                                        .boundGrowthPpb = 1'000});
        follower_->follow(host_, discipline_.state());
    }

    static void expectNear(std::optional<Nanoseconds> value, Nanoseconds expected) {
        ASSERT_TRUE(value);
        EXPECT_LT(std::chrono::abs(*value - expected), 50ms);
    }

    HostClock host_;
    PretendClock clock_{host_};
    sync::Discipline discipline_{500'000};
    std::optional<SystemFollower> follower_{std::in_place, clock_};
};

TEST_F(SystemFollowerTest, StepsTheFirstTimeAndSlewsAfterwards) {
    adjust(-20min);
    expectNear(clock_.stepped_, -20min);
    EXPECT_FALSE(clock_.slewed_);
    adjust(-20min + 300ms);
    expectNear(clock_.slewed_, 300ms);
}

TEST_F(SystemFollowerTest, RunsAtTheGroupsRate) {
    adjust(1s);
    EXPECT_EQ(clock_.frequencyPpb_, 5'000);
}

TEST_F(SystemFollowerTest, GivesTheClockItsFrequencyBack) {
    adjust(1s);
    follower_.reset();
    EXPECT_EQ(clock_.frequencyPpb_, 777);
    EXPECT_EQ(clock_.slewed_, 0ns) << "the slew under way is ended";
}

TEST_F(SystemFollowerTest, LeavesAClockAloneThatItWasNotToldToSteer) {
    follower_.reset();
    EXPECT_EQ(clock_.frequencyPpb_, 777);
    EXPECT_FALSE(clock_.stepped_);
}

}  // namespace
}  // namespace berkeley::host
