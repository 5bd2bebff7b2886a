#include "host/page_memory.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <random>

#include "host/host_clock.h"
#include "host/shared_page.h"
#include "support/errors.h"

namespace berkeley::host {
namespace {

using namespace std::chrono_literals;

constexpr double kNotANumber = std::numeric_limits<double>::quiet_NaN();

class PageMemoryTest : public testing::Test {
  protected:
    PageMemoryTest() {
        sync::Discipline discipline{500'000};
        for (const Nanoseconds correction : {Nanoseconds{25min}, Nanoseconds{25min + 3ms}}) {
            discipline.apply(host_.now(), {.cycle = 7,
                                           .reference = host_.now() - 2ms,
                                           .correction = correction,
                                           .frequencyPpb = -30'000,
                                           .bound = 10us,
                                           .boundGrowthPpb = 1'000,
                                           .deviation = {20ns, 1.5},
                                           .membership = {0xfeed, 3}});
        }
        state_ = discipline.state();
        state_.steps = 4;
        const sync::Change change{3ms, sync::Manner::slewed};
        content_ =
            contentOf(host_.line(), state_, page::RawTimeline::now(), change, {"clocks:8080", 1s});
        content_.clock.boot = page::bootId();
    }

    std::string problem() const { return problemIn(content_, page::RawTimeline::now()); }

    /// That a page with such a figure is refused for `reason`, and is not otherwise.
    template <class Figure, class Value>
    void expectRefused(Figure& figure, Value value, std::string_view reason) {
        const Figure before = figure;
        figure = Figure(value);
        EXPECT_TRUE(has(problem(), reason));
        figure = before;
        EXPECT_EQ(problem(), "");
    }

    HostClock host_{25min, 40'000};
    sync::ClockState state_;
    page::Content content_;
};

TEST_F(PageMemoryTest, IsTheStateThatThePageWasMadeFrom) {
    EXPECT_EQ(differenceIn(content_, 40'000), "");
    EXPECT_EQ(problem(), "");
    const sync::ClockState again = stateOf(content_);
    const HostTime now = host_.now();
    for (const Nanoseconds later : {0ns, 1'000'000'000ns, 3'600'000'000'000ns}) {
        EXPECT_EQ(again.line.at(now + later), state_.line.at(now + later));
        EXPECT_EQ(again.line.boundAt(now + later), state_.line.boundAt(now + later));
        EXPECT_EQ(again.deviationAt(now + later), state_.deviationAt(now + later));
        EXPECT_NEAR(static_cast<double>(again.told().correctionAt(now + later).count()),
                    static_cast<double>(state_.told().correctionAt(now + later).count()), 2);
    }
    EXPECT_EQ(again.cycle, 7U);
    EXPECT_EQ(again.membership, (sync::Membership{0xfeed, 3}));
    EXPECT_EQ(again.steps, 4U);
    EXPECT_FALSE(again.suspect);
    content_.clock.suspect = PauseKind::suspended;
    EXPECT_TRUE(stateOf(content_).suspect);
}

TEST_F(PageMemoryTest, IsNotOfAnotherClock) {
    EXPECT_TRUE(has(differenceIn(content_, 0), "+40.000 ppm"));
    ++content_.clock.boot.low;
    EXPECT_TRUE(has(differenceIn(content_, 40'000), "before this machine was started again"));
    content_.clock.boot = {};
    EXPECT_TRUE(has(differenceIn(content_, 40'000), "before this machine was started again"))
        << "nobody knows";
}

TEST_F(PageMemoryTest, DoesNotBelieveATimeThatCannotBe) {
    page::Clock& clock = content_.clock;
    const page::RawTime later = page::RawTimeline::now() + 1h;
    for (const page::RawTime wrong :
         {later, page::RawTime{-1ns}, page::RawTime::min(), page::RawTime::max()}) {
        expectRefused(clock.host.raw, wrong, "raw clock");
        expectRefused(clock.adjustedAt, wrong, "raw clock");
    }
    for (const HostTime wrong : {HostTime{-1ns}, HostTime{kTimeLimit}, HostTime::min(),
                                 HostTime::max(), HostTime{kTimeLimit - 1ns}}) {
        expectRefused(clock.host.host, wrong, "1970 to 2116");
        expectRefused(clock.line.anchor, wrong, "1970 to 2116");
    }
    expectRefused(clock.line.reference, HostTime{-1ns}, "1970 to 2116");
    expectRefused(clock.line.slewEnd, HostTime{}, "1970 to 2116");
    for (const Nanoseconds wrong : {kTimeLimit, -kTimeLimit, Nanoseconds::max()}) {
        expectRefused(clock.line.correction, wrong, "1970 to 2116");
    }
}

TEST_F(PageMemoryTest, DoesNotBelieveARateOrABoundThatCannotBe) {
    page::Clock& clock = content_.clock;
    for (const double wrong : {kNotANumber, 1.01e8, -1.01e8, HUGE_VAL}) {
        expectRefused(clock.host.driftPpb, wrong, "frequency");
        expectRefused(clock.line.frequencyPpb, wrong, "frequency");
        expectRefused(clock.line.slewPpb, wrong, "frequency");
        expectRefused(clock.line.boundGrowthPpb, wrong, "bound");
        expectRefused(content_.description.driftDeviationPpb, wrong, "deviation");
    }
    for (const Nanoseconds wrong : {Nanoseconds{-1}, kTimeLimit, Nanoseconds::min()}) {
        expectRefused(clock.line.bound, wrong, "bound");
        expectRefused(content_.description.deviation, wrong, "deviation");
        expectRefused(clock.interval, wrong, "figure");
        expectRefused(clock.suspended, wrong, "figure");
    }
    for (std::uint64_t* count :
         {&clock.cycle, &content_.description.term, &content_.description.steps}) {
        expectRefused(*count, std::uint64_t{1} << 32, "figure");
    }
    expectRefused(clock.suspect, 3, "figure");
}

/// Words that a damaged file may have.
class Damage {
  public:
    void doTo(page::ContentWords& words) {
        constexpr std::array<std::uint64_t, 6> kEnds{
            0, 1, UINT64_MAX, std::uint64_t{1} << 62, std::uint64_t{1} << 63, INT64_MAX};
        std::uint64_t& word = words.at(random_() % words.size());
        switch (random_() % 3) {
            case 0:
                word ^= std::uint64_t{1} << random_() % 64;
                break;
            case 1:
                word = random_();
                break;
            default:
                word = kEnds.at(random_() % kEnds.size());
        }
    }

  private:
    std::mt19937_64 random_{7};
};

TEST_F(PageMemoryTest, BelievesNothingThatLeadsOutsideTheBelievableYears) {
    const page::ContentWords whole = page::toWords(content_);
    Damage damage;
    int believed = 0;
    for (int i = 0; i < 100'000; ++i) {
        page::ContentWords words = whole;
        for (int j = 0; j < 1 + i % 3; ++j) {
            damage.doTo(words);
        }
        content_ = page::toContent(words, page::kPageVersion).value();
        if (!problem().empty()) {
            continue;
        }
        ++believed;
        const page::RawTime now = page::RawTimeline::now();
        const HostTime host = content_.clock.host.at(now);
        const sync::ClockState state = stateOf(content_);
        ASSERT_TRUE(isBelievable(state.line.groupTimeAt(host)));
        ASSERT_GE(state.line.boundAt(host), 0ns);
        ASSERT_GE(state.deviation.after(host - state.line.reference), 0ns);
        (void)page::evaluate(content_.clock, {now, {}, {}});
    }
    EXPECT_GT(believed, 10'000) << "names and other harmless words";
}

}  // namespace
}  // namespace berkeley::host
