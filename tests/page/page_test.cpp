#include "page/page.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace berkeley::page {
namespace {

using namespace std::chrono_literals;

constexpr BootId kBoot{1, 2};
constexpr RawTime kAdjusted{100s};
constexpr Nanoseconds kSlept = 5s;

Clock adjustedClock() {
    Clock clock;
    clock.adjusted = true;
    clock.host = {kAdjusted, HostTime{1'000'000s}, 0};
    clock.line = {CorrectionLine::through(HostTime{1'000'000s}, 1min, 1'000), HostTime{1'000'000s},
                  10us, 200'000};
    clock.cycle = 7;
    clock.adjustedAt = kAdjusted;
    clock.suspended = kSlept;
    clock.boot = kBoot;
    clock.interval = 1s;
    clock.maxBound = 1ms;
    return clock;
}

Reading after(Nanoseconds elapsed, Nanoseconds slept = kSlept, BootId boot = kBoot) {
    return evaluate(adjustedClock(), {kAdjusted + elapsed, slept, boot});
}

void expectUnsynchronized(const Reading& reading, Reason reason) {
    EXPECT_EQ(reading.status, Status::unsynchronized);
    EXPECT_EQ(reading.reason, reason);
}

TEST(Page, tellsTheGroupsTimeWithAGrowingBound) {
    const Reading reading = after(2s);
    EXPECT_EQ(reading.status, Status::synchronized);
    EXPECT_EQ(reading.time, GroupTime{1'000'002s + 1min + 2us});
    EXPECT_EQ(reading.bound, 410us);
    EXPECT_EQ(reading.cycle, 7U);
    EXPECT_GT(after(3s).bound, reading.bound);
}

TEST(Page, isInHoldoverWhenSixIntervalsOrFiveSecondsBringNoAdjustment) {
    Clock clock = adjustedClock();
    clock.maxBound = 1h;
    for (const auto& [interval, usual] :
         {std::pair<Nanoseconds, Nanoseconds>{1s, 6s}, {100ms, 5s}, {1min, 6min}}) {
        clock.interval = interval;
        EXPECT_EQ(evaluate(clock, {kAdjusted + usual, kSlept, kBoot}).status, Status::synchronized);
        const Reading later = evaluate(clock, {kAdjusted + usual + 1ns, kSlept, kBoot});
        EXPECT_EQ(later.status, Status::holdover);
        EXPECT_EQ(later.reason, Reason::none);
        EXPECT_TRUE(later.bound);
    }
}

TEST(Page, isUnsynchronizedBeyondItsLargestBoundWhichStillHolds) {
    EXPECT_EQ(after(4950ms).status, Status::synchronized) << "1 ms of bound";
    const Reading reading = after(4951ms);
    expectUnsynchronized(reading, Reason::boundTooLarge);
    EXPECT_GT(reading.bound, 1ms);
}

TEST(Page, isUnsynchronizedBeforeTheFirstAdjustment) {
    Clock clock = adjustedClock();
    clock.adjusted = false;
    const Reading reading = evaluate(clock, {kAdjusted, kSlept, kBoot});
    expectUnsynchronized(reading, Reason::neverAdjusted);
    EXPECT_FALSE(reading.bound);
}

TEST(Page, isUnsynchronizedAfterTheMachineWasSuspended) {
    EXPECT_EQ(after(1s, kSlept - 1ms).status, Status::synchronized);
    const Reading reading = after(1s, kSlept + 1h);
    expectUnsynchronized(reading, Reason::suspended);
    EXPECT_FALSE(reading.bound) << "the raw clock stood still for nobody knows how long";
}

TEST(Page, isUnsynchronizedWhileItsDaemonDoesNotBelieveTheClock) {
    Clock clock = adjustedClock();
    for (const auto& [suspect, reason] : {std::pair{PauseKind::suspended, Reason::suspended},
                                          std::pair{PauseKind::stopped, Reason::stopped}}) {
        clock.suspect = suspect;
        const Reading reading = evaluate(clock, {kAdjusted, kSlept, kBoot});
        expectUnsynchronized(reading, reason);
        EXPECT_FALSE(reading.bound);
        EXPECT_EQ(reading.cycle, 7U);
    }
}

TEST(Page, isUnsynchronizedWhenTheHostHasStoppedTheMachineSinceTheLastAdjustment) {
    Clock clock = adjustedClock();
    const auto statusWith = [&](std::uint64_t then, std::uint64_t now) {
        clock.vmMarker = then;
        return evaluate(clock, {kAdjusted, kSlept, kBoot, now});
    };
    EXPECT_EQ(statusWith(5, 5).status, Status::synchronized);
    EXPECT_EQ(statusWith(5, 0).status, Status::synchronized) << "a reader without the device";
    EXPECT_EQ(statusWith(0, 5).status, Status::synchronized) << "a daemon without it";
    expectUnsynchronized(statusWith(5, 6), Reason::stopped);
    EXPECT_FALSE(statusWith(5, 6).bound);
}

TEST(Page, isUnsynchronizedWhenItIsOfAnotherBoot) {
    const Reading reading = after(1s, kSlept, {1, 3});
    expectUnsynchronized(reading, Reason::otherBoot);
    EXPECT_FALSE(reading.isOfPage());
    EXPECT_FALSE(reading.bound);
    EXPECT_EQ(after(1s, kSlept, {}).status, Status::synchronized)
        << "a kernel that does not tell the boot";
}

TEST(Page, growsUncertainByTheSlewUnderWay) {
    Clock clock = adjustedClock();
    clock.line.slewPpb = -500'000;
    clock.line.slewEnd = clock.line.anchor + 1s;
    EXPECT_EQ(evaluate(clock, {kAdjusted, kSlept, kBoot}).bound, 510us);
}

Content sample() {
    Content content;
    content.clock = adjustedClock();
    content.clock.suspect = PauseKind::stopped;
    content.clock.vmMarker = 9;
    content.description = {.role = Role::slave,
                           .lastOffset = -3us,
                           .deviation = 20ns,
                           .driftDeviationPpb = 1.5,
                           .group = 0xfeed'beef,
                           .term = 3,
                           .steps = 4,
                           .name = {"rack-7"},
                           .source = {"[::1]:8080"}};
    return content;
}

TEST(Page, isTheSameInWords) {
    const ContentWords words = toWords(sample());
    const Content again = toContent(words, kPageVersion).value();
    EXPECT_EQ(toWords(again), words);
    EXPECT_STREQ(again.description.name.data(), "rack-7");
    EXPECT_STREQ(again.description.source.data(), "[::1]:8080");
    // docs/page.md has them there.
    EXPECT_EQ(words[15 - kFirstContentWord], 7U) << "sync cycle";
    EXPECT_EQ(words[21 - kFirstContentWord], 1'000'000U) << "largest bound";
    EXPECT_EQ(words[22 - kFirstContentWord], 2U) << "suspect";
    EXPECT_EQ(words[23 - kFirstContentWord], 9U) << "disruption marker";
    EXPECT_EQ(words[24 - kFirstContentWord], 2U) << "role";
    EXPECT_EQ(words[28 - kFirstContentWord], 0xfeed'beefU) << "group";
    EXPECT_EQ(words[29 - kFirstContentWord], 3U) << "term";
    EXPECT_EQ(words[30 - kFirstContentWord], 4U) << "steps";
    EXPECT_EQ(kPageBytes, 360U);
}

TEST(Page, ofTheVersionBeforeSaysAllButPausesGroupAndSteps) {
    const ContentWords now = toWords(sample());
    ContentWords older{};
    const auto word = [&](std::size_t index) { return now.begin() + index - kFirstContentWord; };
    const auto role = std::copy(word(3), word(22), older.begin());
    const auto texts = std::copy(word(24), word(28), role);
    std::copy(word(31), word(45), texts);

    const Content read = toContent(older, 2).value();
    Content expected = sample();
    expected.clock.suspect = PauseKind::none;
    expected.clock.vmMarker = 0;
    expected.description.group = 0;
    expected.description.term = 0;
    expected.description.steps = 0;
    EXPECT_EQ(toWords(read), toWords(expected));
    for (const std::uint64_t version : {0, 1, 4}) {
        EXPECT_FALSE(toContent(older, version)) << version;
    }
}

TEST(RawClock, KnowsTheBootAndTheSuspension) {
    EXPECT_TRUE(bootId().isKnown());
    const Suspension found = suspension();
    EXPECT_LE(found.atLeast, found.atMost);
    EXPECT_LT(found.atMost - found.atLeast, 1s);
}

}  // namespace
}  // namespace berkeley::page
