#include "time/adjustable_clock.h"

#include <gtest/gtest.h>

#include <random>

namespace berkeley {
inline namespace time {
namespace {

using namespace std::chrono_literals;

constexpr HostTime kStart{std::chrono::hours{500'000}};
constexpr double kMaxSlewPpb = 500'000;

TEST(CorrectionLine, ShowsHostTimeBeforeItIsSet) {
    const CorrectionLine clock;
    EXPECT_EQ(clock.groupTimeAt(kStart).time_since_epoch(), kStart.time_since_epoch());
    EXPECT_EQ(clock.pendingAt(kStart), 0ns);
}

TEST(CorrectionLine, StepTakesEffectAtOnce) {
    CorrectionLine clock;
    clock = CorrectionLine::through(kStart, 25min, 0);
    EXPECT_EQ(clock.at(kStart), 25min);
    EXPECT_EQ(clock.at(kStart + 10s), 25min);
}

TEST(CorrectionLine, FrequencyAddsUpAfterTheAnchor) {
    CorrectionLine clock;
    clock = CorrectionLine::through(kStart, 0ns, 40'000);
    EXPECT_EQ(clock.at(kStart + 10s), 400us);
}

TEST(CorrectionLine, SlewsNoFasterThanTheLimitAndThenStaysOnTheLine) {
    CorrectionLine clock;
    clock = clock.slewedTo(kStart, 1ms, 0, kMaxSlewPpb);
    EXPECT_EQ(clock.at(kStart), 0ns);
    EXPECT_EQ(clock.at(kStart + 1s), 500us);
    EXPECT_EQ(clock.at(kStart + 2s), 1ms);
    EXPECT_EQ(clock.at(kStart + 1h), 1ms);
}

TEST(CorrectionLine, PendingIsWhatIsStillToBeSlewed) {
    CorrectionLine clock;
    clock = clock.slewedTo(kStart, -1ms, 0, kMaxSlewPpb);
    EXPECT_EQ(clock.pendingAt(kStart), -1ms);
    EXPECT_EQ(clock.pendingAt(kStart + 1s), -500us);
    EXPECT_EQ(clock.pendingAt(kStart + 3s), 0ns);
}

TEST(CorrectionLine, NewSlewReplacesTheOneUnderWay) {
    CorrectionLine clock;
    clock = clock.slewedTo(kStart, 1ms, 0, kMaxSlewPpb);
    clock = clock.slewedTo(kStart + 1s, 500us, 0, kMaxSlewPpb);
    EXPECT_EQ(clock.at(kStart + 1s), 500us);
    EXPECT_EQ(clock.at(kStart + 2s), 500us);
}

TEST(CorrectionLine, SlewOfYearsNeverEndsAndNeverOverflows) {
    CorrectionLine clock;
    clock = clock.slewedTo(kStart, std::chrono::years{30}, 0, kMaxSlewPpb);
    EXPECT_EQ(clock.at(kStart + 1s), 500us);
}

TEST(CorrectionLine, NeverGoesBackwardWhateverItIsTold) {
    std::mt19937_64 random{20261124};
    std::uniform_int_distribution<std::int64_t> target{-1'000'000'000, 1'000'000'000};
    std::uniform_real_distribution<double> frequency{-200'000, 200'000};
    std::uniform_int_distribution<std::int64_t> pause{1, 3'000'000'000};
    CorrectionLine clock;
    HostTime now = kStart;
    for (int i = 0; i < 10'000; ++i) {
        const GroupTime before = clock.groupTimeAt(now);
        clock = clock.slewedTo(now, Nanoseconds{target(random)}, frequency(random), kMaxSlewPpb);
        EXPECT_EQ(clock.groupTimeAt(now), before) << "round " << i;
        GroupTime last = before;
        for (const Nanoseconds later : {1ns, 2ns, 3ns, 1000ns, Nanoseconds{pause(random)}}) {
            const GroupTime time = clock.groupTimeAt(now + later);
            EXPECT_GE(time, last) << "round " << i;
            last = time;
        }
        now += Nanoseconds{pause(random)};
    }
}

}  // namespace
}  // namespace time
}  // namespace berkeley
