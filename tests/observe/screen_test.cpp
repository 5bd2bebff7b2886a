#include "observe/screen.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <regex>

#include "observe/clocks.h"
#include "observe/shown.h"

namespace berkeley::observe {
namespace {

using namespace std::chrono_literals;

/// The group of `cycles_` sync cycles, one a second.
class ScreenTest : public testing::Test {
  protected:
    void cycle(const std::vector<sync::ClockStatus>& slaves) {
        ++cycles_;
        view_.cycleEnded(cycleOf(cycles_, slaves), at(cycles_ * 1s));
        model_.status.cycle = cycles_;
        model_.status.cycleEnded = at(cycles_ * 1s).host;
        update();
        model_.traces.add(model_.status.group);
    }

    void update() {
        Status& status = model_.status;
        status.name = "master";
        status.role = Role::active;
        status.now = at(cycles_ * 1s + 500ms);
        status.interval = 1s;
        status.bound = 1'250ns;
        status.group = view_.snapshot();
        status.events = log_.events();
    }

    /// Four that agree, an outlier, one that is late, and one that has left.
    void liveAMinute() {
        for (int i = 0; i < 61; ++i) {
            std::vector<sync::ClockStatus> slaves;
            for (const char* name : {"alpha", "beta", "gamma"}) {
                slaves.push_back(slaveClock(name, Nanoseconds{(i * name[0]) % 13 - 6}));
            }
            slaves.push_back(slaveClock("insane", 4 * 365 * 24h, sync::Standing::outlier));
            slaves.push_back(i < 40 ? slaveClock("stopped", 5ns) : lateClock("stopped"));
            if (i < 50) {
                slaves.push_back(slaveClock("gone", -2ns));
            }
            cycle(slaves);
        }
    }

    std::string screen(std::size_t width, std::size_t height, bool unicode = true) const {
        return render({width, height, false, unicode});
    }

    std::string render(const ScreenStyle& style) const {
        return renderScreen(model_, *date::locate_zone("UTC"), style);
    }

    /// The first line, of those of the screen, that begins with `beginning`; "" when there is none.
    static std::string lineOf(const std::string& screen, const std::string& beginning) {
        const std::vector<std::string> lines = linesOf(screen);
        const auto found = std::find_if(lines.begin(), lines.end(), [&](const std::string& line) {
            return line.starts_with(beginning);
        });
        return found == lines.end() ? "" : *found;
    }

    EventLog log_;
    GroupView view_{log_};
    ScreenModel model_;
    int cycles_ = 0;
};

TEST_F(ScreenTest, ShowsTheGroupItsClocksAndWhatHasHappened) {
    liveAMinute();
    model_.webPage = "http://127.0.0.1:8123/";
    model_.notices = {{at(45s).group, false, "127.0.0.1:4711: wrong key; connection closed"}};
    EXPECT_EQ(screen(80, 20),
              R"(master  active                                               1970-01-02 00:01:01
cycle 61            4/6 counted         spread 13 ns        average +3 ns
bound 1.3 µs        cycle time 4.000 ms 1 lost
web page http://127.0.0.1:8123/

clock                  offset   ± bound  standing     last minute ±6 ns
gone                        –         –  lost 11 s    ▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃
stopped                     –         –  late         ▇▇▇▇▇▇▇▇▇▇▇▇▇▇
insane         +3 years 364 d    1.2 µs  outlier      ████████████████████
master (this)            0 ns         –  counted      ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄
alpha                   +3 ns    1.2 µs  counted      █▇▂▁█▇▂▂█▇▇▂▁█▇▂▁█▇▆
beta                    −2 ns    1.2 µs  counted      ▂▇▇▁▂▂▇█▁▂▇█▁▂▇▇▁▂▂▇
gamma                   −1 ns    1.2 µs  counted      ▇▅▃▁█▆▃▂█▇▄▂█▇▅▃▁█▆▄

── events ─────────────────────────────────────────────────────────── q quits ──
00:00:01  stopped joined from 127.0.0.1:stopped
00:00:01  gone joined from 127.0.0.1:gone
00:00:41  stopped excluded: late
00:00:45  127.0.0.1:4711: wrong key; connection closed
00:00:51  gone has left)");
}

TEST_F(ScreenTest, ShowsEveryFigureWhereThereIsRoom) {
    liveAMinute();
    const std::string wide = screen(130, 40);
    EXPECT_EQ(lineOf(wide, "clock"),
              "clock                  offset   ± bound     delay         drift  standing         "
              "    change  last minute ±6 ns");
    EXPECT_EQ(lineOf(wide, "alpha"),
              "alpha                   +3 ns    1.2 µs    1.8 µs    −0.013 ppm  counted            "
              "    0 ns  █▇▂▁█▇▂▂█▇▇▂▁█▇▂▁█▇▆");
    EXPECT_EQ(lineOf(wide, "gone"),
              "gone                        –         –         –             –  lost 11 s          "
              "       –  ▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃▃");
}

TEST_F(ScreenTest, ShowsTheWorstOnASmallTerminal) {
    liveAMinute();
    EXPECT_EQ(screen(40, 10), R"(master  active       1970-01-02 00:01:01
cycle 61            4/6 counted
spread 13 ns        average +3 ns
clock            offset  standing
gone                  –  lost 11 s
stopped               –  late
insane   +3 years 364 d  outlier
… and 4 more that agree
00:00:41  stopped excluded: late
00:00:51  gone has left)");
    EXPECT_EQ(screen(20, 4), R"(master  active
cycle 61
gone   lost 11 s
… and 6 more, 2 of …)");
}

TEST_F(ScreenTest, IsAsciiWhereTheTerminalShowsNothingElse) {
    liveAMinute();
    EXPECT_EQ(screen(80, 16, false),
              R"(master  active                                               1970-01-02 00:01:01
cycle 61            4/6 counted         spread 13 ns        average +3 ns
bound 1.3 us        cycle time 4.000 ms 1 lost

clock                  offset  +- bound  standing     last minute +-6 ns
gone                        -         -  lost 11 s    .................
stopped                     -         -  late         ^^^^^^^^^^^^^^
insane         +3 years 364 d    1.2 us  outlier      ^^^^^^^^^^^^^^^^^^^^
master (this)            0 ns         -  counted      --------------------
alpha                   +3 ns    1.2 us  counted      ^'._^^._^^'__^'._^^'
beta                    -2 ns    1.2 us  counted      _'^__.^^_.'^__'^__.'
gamma                   -1 ns    1.2 us  counted      ^'._^'._^'-.^^'._^'-

-- events ----------------------------------------------------------- q quits --
00:00:41  stopped excluded: late
00:00:51  gone has left)");
}

TEST_F(ScreenTest, NeverExceedsTheTerminal) {
    liveAMinute();
    model_.notices = {{at(45s).group, true, std::string(300, 'x')}};
    for (const std::size_t width : {0, 1, 2, 3, 7, 8, 10, 19, 20, 21, 33, 40, 63, 80, 120, 400}) {
        for (const std::size_t height : {0, 1, 2, 3, 4, 5, 7, 8, 10, 12, 16, 20, 24, 50, 300}) {
            for (const bool unicode : {false, true}) {
                const std::string plain = render({width, height, false, unicode});
                const std::vector<std::string> lines = linesOf(plain);
                ASSERT_LE(lines.size(), std::max<std::size_t>(height, 1));
                for (const std::string& line : lines) {
                    ASSERT_LE(columnsOf(line), width) << width << "x" << height << ": " << line;
                }
                ASSERT_EQ(withoutColours(render({width, height, true, unicode})), plain);
            }
        }
    }
}

TEST_F(ScreenTest, ColoursSayHowBadItIs) {
    liveAMinute();
    model_.notices = {{at(59s).group, true, "broken"}};
    const std::string coloured = render({100, 24, true, true});
    for (const char* text : {"\033[32mcounted\033[0m", "\033[33moutlier\033[0m",
                             "\033[31mlate\033[0m", "\033[31mlost 11 s\033[0m",
                             "\033[33m4/6 counted\033[0m", "\033[31m00:00:59  broken\033[0m"}) {
        EXPECT_NE(coloured.find(text), std::string::npos) << text << "\n" << coloured;
    }
}

TEST_F(ScreenTest, NoiseDoesNotReorderTheClocksButAnOffsetBeyondItsBoundDoes) {
    const auto order = [&] {
        std::string names;
        for (const std::string& line : linesOf(screen(80, 24))) {
            names +=
                std::regex_search(line, std::regex{"counted +[^ ]+$"}) ? line.substr(0, 1) : "";
        }
        return names;
    };
    cycle({slaveClock("a", 5ns), slaveClock("b", -1ns), slaveClock("c", 900ns)});
    EXPECT_EQ(order(), "mabc");
    cycle({slaveClock("a", 700ns), slaveClock("b", -1100ns), slaveClock("c", 2ns)});
    EXPECT_EQ(order(), "mabc");
    cycle({slaveClock("a", 5ns), slaveClock("b", -2us), slaveClock("c", 3us)});
    EXPECT_EQ(order(), "cbma");
}

TEST_F(ScreenTest, OfAThousandClocksShowsTheWorstAndCountsTheOthers) {
    std::vector<sync::ClockStatus> slaves;
    for (int i = 0; i < 1'000; ++i) {
        const std::string name = "rack-" + std::to_string(i);
        slaves.push_back(i == 500 ? slaveClock(name, 1h, sync::Standing::outlier)
                                  : slaveClock(name, i == 700 ? 7us : 3ns));
    }
    cycle(slaves);
    const std::string shown = screen(80, 24);
    const std::vector<std::string> lines = linesOf(shown);
    EXPECT_LE(lines.size(), 24U);
    EXPECT_TRUE(lines[5].starts_with("rack-500 ")) << shown;
    EXPECT_TRUE(lines[6].starts_with("rack-700 ")) << shown;
    EXPECT_NE(shown.find("1000/1001 counted"), std::string::npos) << shown;
    EXPECT_EQ(lineOf(shown, "\u2026"), "\u2026 and 989 more that agree") << shown;
}

TEST_F(ScreenTest, CountsThoseThatDoNotCountAmongTheHidden) {
    std::vector<sync::ClockStatus> slaves{slaveClock("a", 1ns), slaveClock("b", 2ns)};
    for (int i = 0; i < 30; ++i) {
        slaves.push_back(lateClock("late-" + std::to_string(i)));
    }
    cycle(slaves);
    EXPECT_EQ(lineOf(screen(80, 24), "\u2026"), "… and 21 more, 18 of them do not count");
}

TEST_F(ScreenTest, CutsLongNamesOff) {
    cycle({slaveClock(std::string(40, 'n'), 5ns), slaveClock("short", 7ns)});
    EXPECT_TRUE(lineOf(screen(80, 24), "nnn").starts_with(std::string(22, 'n') + "\u2026 "));
    EXPECT_TRUE(lineOf(screen(80, 24, false), "nnn").starts_with(std::string(20, 'n') + "... "));
    EXPECT_TRUE(lineOf(screen(140, 24), "nnn").starts_with(std::string(40, 'n') + " "));
}

TEST_F(ScreenTest, ShowsNothingOfALogLineThatCouldMoveTheCursor) {
    model_.notices = {{at(1s).group, true,
                       "a\033[2Jb\nc\x9B"
                       "d\u4E16e"}};
    update();
    EXPECT_EQ(lineOf(screen(80, 24), "00:00:01"), "00:00:01  a?[2Jb?c?d?e");
}

TEST_F(ScreenTest, SaysWhatIsMissingBeforeTheFirstCycle) {
    view_.cycleSkipped({lateClock("alpha")}, 3, at(0s));
    update();
    const std::string shown = screen(80, 24);
    EXPECT_TRUE(linesOf(shown)[1].starts_with("no sync cycle: 1 of at least 3 slaves")) << shown;
    EXPECT_TRUE(std::regex_search(lineOf(shown, "alpha"), std::regex{"no sync cycle$"})) << shown;
}

TEST_F(ScreenTest, OfAStandbyShowsWhomItFollows) {
    update();
    Status& status = model_.status;
    status.role = Role::standby;
    status.name = "master-2";
    status.master = "127.0.0.1:8080";
    status.cycle = 7;
    const std::string shown = screen(80, 24);
    EXPECT_TRUE(shown.starts_with("master-2  standby ")) << shown;
    EXPECT_NE(shown.find("follows 127.0.0.1:8080"), std::string::npos) << shown;
}

TEST_F(ScreenTest, ScaleOfTheSparklinesIsNeverCut) {
    for (const auto& [offset, title] : std::vector<std::pair<Nanoseconds, std::string>>{
             {148'100ns, "  last minute ±148.1 µs"}, {25min, "  ±25 min 0.000 s"}}) {
        cycle({slaveClock("first", offset), slaveClock("second", -offset),
               slaveClock("third", offset), slaveClock("fourth", offset)});
        EXPECT_TRUE(lineOf(screen(80, 24), "clock").ends_with(title)) << screen(80, 24);
    }
}

TEST_F(ScreenTest, SparklinesShareAScaleThatFewOffsetsExceed) {
    for (int i = 0; i < 61; ++i) {
        cycle({slaveClock("first", i == 30 ? 1h : 20ns), slaveClock("second", -10ns),
               slaveClock("third", 0ns)});
    }
    const std::string shown = screen(80, 24);
    EXPECT_NE(lineOf(shown, "clock").find("last minute \u00B120 ns"), std::string::npos) << shown;
    const auto sparkline = [&](const std::string& name) {
        const std::string line = lineOf(shown, name);
        return line.substr(line.find("counted") + 13);
    };
    const auto twenty = [](const std::string& block) {
        std::string line;
        for (int i = 0; i < 20; ++i) {
            line += block;
        }
        return line;
    };
    EXPECT_EQ(sparkline("first"), twenty("\u2588"));
    EXPECT_EQ(sparkline("second"), twenty("\u2583"));
    EXPECT_EQ(sparkline("third"), twenty("\u2584"));
}

}  // namespace
}  // namespace berkeley::observe
