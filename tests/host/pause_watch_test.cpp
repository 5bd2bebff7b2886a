#include "host/pause_watch.h"

#include <gtest/gtest.h>

namespace berkeley::host {
namespace {

using namespace std::chrono_literals;

class PauseWatchTest : public testing::Test {
  protected:
    page::Suspension suspension_{10s, 10s + 100ns};
    std::uint64_t marker_ = 5;
    PauseWatch watch_{{[this] { return suspension_; }, [this] { return marker_; }}};
};

TEST_F(PauseWatchTest, FindsASuspensionOnceAndSaysHowLongItWas) {
    EXPECT_FALSE(watch_.look());
    suspension_ = {8h + 10s, 8h + 10s + 50ns};
    EXPECT_EQ(watch_.look(), (Pause{PauseKind::suspended, 8h - 100ns}));
    EXPECT_FALSE(watch_.look());
}

TEST_F(PauseWatchTest, TakesNoInaccuracyForASuspension) {
    suspension_ = {10s + 90ns, 10s + 200ns};
    EXPECT_FALSE(watch_.look());
    suspension_ = {10s - 50ns, 10s + 20ns};
    EXPECT_FALSE(watch_.look());
    suspension_ = {10s + 30ns, 10s + 200ns};
    EXPECT_TRUE(watch_.look()) << "what is known more exactly shows shorter ones";
}

TEST_F(PauseWatchTest, FindsThatTheHostHasStoppedTheMachineOnce) {
    marker_ = 6;
    EXPECT_EQ(watch_.look(), (Pause{PauseKind::stopped, std::nullopt}));
    EXPECT_FALSE(watch_.look());
    marker_ = 0;
    EXPECT_FALSE(watch_.look()) << "not known";
    marker_ = 6;
    EXPECT_FALSE(watch_.look());
    marker_ = 7;
    EXPECT_TRUE(watch_.look());
}

TEST_F(PauseWatchTest, GoesOnFromWhatSomebodyElseKnew) {
    watch_.goOnFrom(9s, 4);
    EXPECT_TRUE(watch_.look());
    watch_.goOnFrom(10s + 100ns, 4);
    EXPECT_EQ(watch_.look(), (Pause{PauseKind::stopped, std::nullopt}));
    watch_.goOnFrom(10s + 100ns, 0);
    EXPECT_FALSE(watch_.look()) << "nobody knew";
}

class RtcWatchTest : public testing::Test {
  protected:
    /// Some time, and perhaps something else, has passed.
    std::optional<Pause> after(Nanoseconds elapsed, Nanoseconds stopped = {}) {
        awake_ += elapsed;
        system_ += elapsed;
        rtc_ += elapsed + stopped;
        return watch_.look();
    }

    bool isThere_ = true;
    Nanoseconds awake_ = 1000s, rtc_ = 500'000s;
    SystemTime system_{500'000s};
    RtcWatch watch_{[this] {
        return isThere_ ? std::optional{RtcReading{std::chrono::floor<std::chrono::seconds>(rtc_),
                                                   awake_, system_}}
                        : std::nullopt;
    }};
};

TEST_F(RtcWatchTest, FindsAStopOfMoreThanThreeSecondsOnce) {
    EXPECT_FALSE(after(0s));
    const auto pause = after(3s, 30s);
    ASSERT_TRUE(pause);
    EXPECT_EQ(pause->kind, PauseKind::stopped);
    EXPECT_LE(std::chrono::abs(*pause->duration - 30s), 1s);
    EXPECT_FALSE(after(3s));
    EXPECT_TRUE(after(3s, 3s));
}

TEST_F(RtcWatchTest, TakesNothingForAStopWhereTheRtcTellsOnlySeconds) {
    for (int i = 0; i < 1000; ++i) {
        EXPECT_FALSE(after(3s + Nanoseconds{i * 1'234'567}, i % 2 == 0 ? 0s : 900ms));
    }
}

TEST_F(RtcWatchTest, TakesNoRtcThatWasSetFromTheSystemClockForAStop) {
    rtc_ -= 1h;
    EXPECT_FALSE(after(0s));
    EXPECT_FALSE(after(3s, 1h)) << "it was an hour slow, and shows the system clock's time now";
    EXPECT_FALSE(after(3s, -1h)) << "no stop sets it back";
    EXPECT_TRUE(after(3s, 2h)) << "what cannot be told from a stop is one";
}

TEST_F(RtcWatchTest, TakesASystemClockThatWasSetForNothing) {
    EXPECT_FALSE(after(0s));
    system_ += 1h;
    EXPECT_FALSE(after(3s));
    system_ -= 2h;
    EXPECT_FALSE(after(3s));
}

TEST_F(RtcWatchTest, FindsNothingWhereThereIsNone) {
    isThere_ = false;
    EXPECT_FALSE(after(0s));
    EXPECT_FALSE(after(3s, 30s));
    isThere_ = true;
    EXPECT_FALSE(after(3s, 30s));
    EXPECT_TRUE(after(3s, 30s));
}

}  // namespace
}  // namespace berkeley::host
