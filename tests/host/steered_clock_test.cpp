#include "host/steered_clock.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "host/page_memory.h"
#include "support/open_page.h"
#include "support/temporary_folder.h"
#include "support/vm_clock_file.h"

namespace berkeley::host {
namespace {

using namespace std::chrono_literals;

class SteeredClockTest : public testing::Test {
  protected:
    std::unique_ptr<PageWriter> page() const { return std::make_unique<PageWriter>(path_); }

    /// Looks at what the test says.
    PauseWatches watches() {
        return {PauseWatch{{[this] {
                                return page::Suspension{slept_, slept_};
                            },
                            [this] { return marker_.load(); }}},
                RtcWatch{[this] { return rtc_; }}};
    }

    SteeredClock fresh() {
        return {HostClock{25min}, sync::Discipline{500'000}, page(), nullptr, watches()};
    }
    /// As a daemon that is started again.
    SteeredClock again() {
        auto writer = page();
        const page::Content memory = writer->left().value().content.value();
        EXPECT_EQ(differenceIn(memory, 0), "");
        EXPECT_EQ(problemIn(memory, page::RawTimeline::now()), "");
        return {memory, sync::Discipline{500'000}, std::move(writer), nullptr, watches()};
    }

    static std::optional<sync::Change> adjust(SteeredClock& clock,
                                              Nanoseconds correction = -20min) {
        return clock.apply({.cycle = 7,
                            .reference = clock.hostNow(),
                            .correction = correction,
                            .frequencyPpb = 1'000,
                            .bound = 10us,
                            .boundGrowthPpb = 1'000,
                            .deviation = {},
                            .membership = {0xfeed, 3}},
                           {"clocks.example:8080", 3s});
    }

    page::Reading reading() const { return OpenPage{path_}.now(); }

    /// That readers are told the reason, and the clock knows nothing about itself.
    void expectSuspect(const SteeredClock& clock, page::Reason reason) const {
        EXPECT_EQ(reading().reason, reason);
        EXPECT_FALSE(reading().bound);
        EXPECT_TRUE(clock.state().suspect);
        EXPECT_FALSE(clock.state().deviationAt(clock.hostNow()));
    }
    void expectBelieved(const SteeredClock& clock) const {
        EXPECT_EQ(reading().status, page::Status::synchronized);
        EXPECT_FALSE(clock.state().suspect);
        EXPECT_EQ(clock.suspect(), PauseKind::none);
        EXPECT_TRUE(clock.state().deviationAt(clock.hostNow()));
    }

    const TemporaryFolder folder_;
    const std::string path_ = folder_ / "page";
    Nanoseconds slept_ = page::suspension().atMost;  ///< what the readers of the page find, too
    std::atomic<std::uint64_t> marker_ = 0;
    std::optional<RtcReading> rtc_;
};

// --- the page as memory ---

TEST_F(SteeredClockTest, ThatIsStartedAgainIsTheSameClock) {
    std::optional<sync::ClockState> before;
    {
        SteeredClock clock = fresh();
        adjust(clock);
        adjust(clock, -20min + 100ms);
        before = clock.state();
    }
    const OpenPage mapped{path_};
    const page::Content left = mapped.content().value();
    const SteeredClock clock = again();
    const HostTime later = clock.hostNow() + 1min;
    EXPECT_EQ(clock.state().line.groupTimeAt(later), before->line.groupTimeAt(later));
    EXPECT_EQ(clock.state().line.boundAt(later), before->line.boundAt(later));
    EXPECT_EQ(clock.state().membership, (sync::Membership{0xfeed, 3}));
    EXPECT_EQ(page::toWords(mapped.content().value()), page::toWords(left))
        << "nothing is new to a reader";
    EXPECT_EQ(page::toWords(OpenPage{path_}.content().value()), page::toWords(left));
    expectBelieved(clock);
}

TEST_F(SteeredClockTest, SlewsWhatAnEarlierRunWouldHaveSlewedToo) {
    {
        SteeredClock clock = fresh();
        adjust(clock);
    }
    SteeredClock clock = again();
    const auto change = adjust(clock, -20min + 100ms);
    ASSERT_TRUE(change);
    EXPECT_EQ(change->manner, sync::Manner::slewed) << "it is set once only";
}

TEST_F(SteeredClockTest, NeverJumpsForReadersWhileItIsStartedAgainAndAgain) {
    {
        SteeredClock clock = fresh();
        adjust(clock);
    }
    std::atomic<bool> done = false;
    std::atomic<int> wrong = 0, reads = 0;
    std::thread readerThread{[&] {
        const OpenPage mapped{path_};
        GroupTime last = mapped.now().time;
        while (!done) {
            for (const page::Reading& now : {mapped.now(), OpenPage{path_}.now()}) {
                wrong += now.status != page::Status::synchronized || now.time < last ||
                                 now.time - last > 30s
                             ? 1
                             : 0;
                last = now.time;
            }
            ++reads;
        }
    }};
    for (int i = 0; i < 500 || reads < 500; ++i) {
        SteeredClock clock = again();
        adjust(clock, i % 2 == 0 ? -20min + 1ms : -20min);
    }
    done = true;
    readerThread.join();
    EXPECT_EQ(wrong, 0);
}

TEST_F(SteeredClockTest, IsSuspectWhenTheMachineStoodStillBetweenTwoRuns) {
    marker_ = 5;
    {
        SteeredClock clock = fresh();
        adjust(clock);
    }
    slept_ += 8h;
    {
        SteeredClock clock = again();
        expectSuspect(clock, page::Reason::suspended);
        EXPECT_EQ(clock.lookForPause(), (Pause{PauseKind::suspended, 8h}));
    }
    // Nor is that forgotten in the next run.
    SteeredClock clock = again();
    expectSuspect(clock, page::Reason::suspended);
    clock.beginMeasurement();
    adjust(clock);
    expectBelieved(clock);
}

TEST_F(SteeredClockTest, IsSuspectWhenTheHostStoppedTheMachineBetweenTwoRuns) {
    marker_ = 5;
    {
        SteeredClock clock = fresh();
        adjust(clock);
    }
    marker_ = 6;
    SteeredClock clock = again();
    expectSuspect(clock, page::Reason::stopped);
    EXPECT_EQ(clock.lookForPause(), (Pause{PauseKind::stopped, std::nullopt}));
}

// --- pauses ---

TEST_F(SteeredClockTest, IsSuspectAfterAPauseUntilItIsMeasuredAndAdjusted) {
    SteeredClock clock = fresh();
    adjust(clock);
    expectBelieved(clock);
    slept_ += 8h;
    clock.beginMeasurement();
    expectSuspect(clock, page::Reason::suspended);
    EXPECT_EQ(clock.suspect(), PauseKind::suspended);
    EXPECT_EQ(clock.lookForPause(), (Pause{PauseKind::suspended, 8h}));
    EXPECT_FALSE(clock.lookForPause()) << "each pause once";
    adjust(clock);
    expectBelieved(clock);
    slept_ -= 8h;
}

TEST_F(SteeredClockTest, DoesNotTakeAnAdjustmentFromBeforeThePauseForOneFromAfterIt) {
    SteeredClock clock = fresh();
    adjust(clock);
    clock.beginMeasurement();
    marker_ = 1;
    adjust(clock);
    EXPECT_FALSE(clock.state().suspect) << "nobody knew the marker before";
    marker_ = 2;
    adjust(clock);
    expectSuspect(clock, page::Reason::stopped);
    EXPECT_EQ(clock.lookForPause(), (Pause{PauseKind::stopped, std::nullopt}));
    adjust(clock);
    expectSuspect(clock, page::Reason::stopped);
    clock.beginMeasurement();
    adjust(clock);
    expectBelieved(clock);
}

TEST_F(SteeredClockTest, IsSuspectWhenTheRtcShowsAStop) {
    SteeredClock clock = fresh();
    adjust(clock);
    rtc_ = RtcReading{100s, 50s, SystemTime{7s}};
    EXPECT_FALSE(clock.lookForPause());
    marker_ = 1;
    EXPECT_FALSE(clock.lookForPause());
    rtc_ = RtcReading{131s, 51s, SystemTime{8s}};
    marker_ = 2;
    EXPECT_EQ(clock.lookForPause(), (Pause{PauseKind::stopped, 30s}))
        << "one pause, of which the host tells and the RTC knows how long it was";
    expectSuspect(clock, page::Reason::stopped);
}

TEST_F(SteeredClockTest, ThatWasNeverAdjustedIsNotSuspect) {
    SteeredClock clock = fresh();
    slept_ += 8h;
    clock.beginMeasurement();
    EXPECT_FALSE(clock.lookForPause());
    EXPECT_EQ(reading().reason, page::Reason::neverAdjusted);
}

TEST_F(SteeredClockTest, IsLookedAfterByOneThreadAndAdjustedByAnother) {
    SteeredClock clock = fresh();
    adjust(clock);
    std::atomic<bool> done = false;
    std::atomic<int> pauses = 0;
    std::thread lookingAfter{[&] {
        while (!done) {
            pauses += clock.lookForPause() ? 1 : 0;
        }
    }};
    const OpenPage reader{path_};
    GroupTime last = reader.now().time;
    int backward = 0;
    for (int i = 0; i < 2'000 || pauses < 20; ++i) {
        marker_ = static_cast<std::uint64_t>(i);
        adjust(clock, i % 2 == 0 ? -20min + 1ms : -20min);
        clock.beginMeasurement();
        const GroupTime now = reader.now().time;
        backward += now < last ? 1 : 0;
        last = now;
    }
    done = true;
    lookingAfter.join();
    EXPECT_EQ(backward, 0);
    clock.beginMeasurement();
    adjust(clock);
    expectBelieved(clock);
}

TEST_F(SteeredClockTest, ReadersSeeThatTheHostStoppedTheMachineBeforeTheDaemonDoes) {
    VmClockFile device{folder_ / "vmclock", 0};
    SteeredClock clock{HostClock{}, sync::Discipline{500'000}, page()};
    adjust(clock);
    const OpenPage reader{path_};
    EXPECT_EQ(reader.now().status, page::Status::synchronized);
    device.setMarker(1);
    EXPECT_EQ(reader.now().reason, page::Reason::stopped);
    EXPECT_FALSE(reader.now().bound);
    clock.beginMeasurement();
    adjust(clock);
    EXPECT_EQ(reader.now().status, page::Status::synchronized);
}

}  // namespace
}  // namespace berkeley::host
