#include "observe/table.h"

#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "observe/shown.h"

namespace berkeley::observe {
namespace {

using namespace std::chrono_literals;

sync::ClockStatus masterClock() {
    sync::ClockStatus clock;
    clock.name = "master";
    clock.master = true;
    clock.offset = 0ns;
    clock.bound = 0ns;
    clock.driftPpb = 0.0;
    clock.change = 5min;
    return clock;
}

sync::ClockStatus slaveClock(const std::string& name, Nanoseconds offset) {
    sync::ClockStatus clock;
    clock.name = name;
    clock.offset = offset;
    clock.bound = 18us;
    clock.delay = 96us;
    clock.driftPpb = -12'345.0;
    clock.change = 5min - offset;
    return clock;
}

/// Tanenbaum's three clocks: 3:00 (the master), 3:25 and 2:50.
sync::CycleStatus textbook() {
    sync::CycleStatus status;
    status.cycle = 1;
    status.clocks = {masterClock(), slaveClock("alpha", 25min), slaveClock("beta", -10min)};
    status.average = 5min;
    status.spreadBefore = 35min;
    status.duration = 1'234'567us;
    return status;
}

/// The line of a cycle of the textbook and this clock that shows this clock.
std::string rowOf(const sync::ClockStatus& clock) {
    sync::CycleStatus status = textbook();
    status.clocks.push_back(clock);
    return linesOf(renderCycle(status, false)).at(5);
}

TEST(RenderAnnouncement, hasTheLabsWording) {
    EXPECT_EQ(renderAnnouncement(3, 4),
              "New synchronization cycle started (cycle 3).\n"
              "Number of clients to be synchronized: 4\n");
}

TEST(RenderSkipped, saysWhatIsMissing) {
    EXPECT_EQ(renderSkipped(0, 1), "No client data. Synchronization not applicable.");
    EXPECT_EQ(renderSkipped(2, 3), "Clients: 2 of at least 3. Synchronization not applicable.");
    EXPECT_EQ(renderSkipped(3, 3), "Clients: 3. Waiting for more slaves.");
}

TEST(RenderSummary, isTheTablesLastLine) {
    EXPECT_TRUE(renderCycle(textbook(), false)
                    .ends_with("\n" + renderSummary(figuresOf(textbook())) + "\n"));
}

TEST(RenderCycle, showsTheTextbookCase) {
    EXPECT_EQ(
        renderCycle(textbook(), false),
        "clock                   offset  ± bound    delay        drift  standing           change\n"
        "────────────────────────────────────────────────────────────────────────────────────────\n"
        "master (this)             0 ns     0 ns        –    0.000 ppm  counted    +5 min 0.000 s\n"
        "alpha          +25 min 0.000 s  18.0 µs  96.0 µs  −12.345 ppm  counted   −20 min 0.000 s\n"
        "beta           −10 min 0.000 s  18.0 µs  96.0 µs  −12.345 ppm  counted   +15 min 0.000 s\n"
        "average +5 min 0.000 s, spread before 35 min 0.000 s, 3 of 3 clocks counted, "
        "cycle time 1.235 s\n");
}

TEST(RenderCycle, showsADashForWhatIsUnknown) {
    sync::ClockStatus late;
    late.name = "gone";
    late.standing = sync::Standing::late;
    EXPECT_TRUE(std::regex_match(rowOf(late), std::regex{"gone +– +– +– +– +late +–"}))
        << rowOf(late);

    sync::ClockStatus unmeasured = slaveClock("alpha", 25min);
    unmeasured.driftPpb = std::nullopt;
    EXPECT_NE(rowOf(unmeasured).find("96.0 µs            –  counted"), std::string::npos)
        << rowOf(unmeasured);
}

TEST(RenderCycle, saysWhyAClockDoesNotCount) {
    sync::ClockStatus insane = slaveClock("insane", 24h * 365 * 4 + 24h * 13);
    insane.standing = sync::Standing::outlier;
    EXPECT_NE(rowOf(insane).find("outlier"), std::string::npos);
    EXPECT_NE(rowOf(insane).find("+4 years 12 d"), std::string::npos);

    sync::CycleStatus status = textbook();
    status.clocks.push_back(insane);
    EXPECT_NE(renderCycle(status, false).find("3 of 4 clocks counted"), std::string::npos);
}

TEST(RenderCycle, marksLabPeers) {
    sync::ClockStatus lab = slaveClock("127.0.0.1:50112", 1s);
    lab.lab = true;
    EXPECT_EQ(rowOf(lab).find("127.0.0.1:50112 (lab)  "), 0U);
}

TEST(RenderCycle, neverShowsADriftOfMinusZero) {
    sync::ClockStatus clock = slaveClock("alpha", 1s);
    clock.driftPpb = -0.4;
    EXPECT_NE(rowOf(clock).find("  0.000 ppm"), std::string::npos) << rowOf(clock);
    clock.driftPpb = 1.0;
    EXPECT_NE(rowOf(clock).find(" +0.001 ppm"), std::string::npos) << rowOf(clock);
}

TEST(RenderCycle, keepsLongNamesWholeAndColumnsAligned) {
    sync::CycleStatus status = textbook();
    const std::string name(40, 'x');
    status.clocks.push_back(slaveClock(name, -3200ns));
    sync::ClockStatus late;
    late.name = "gone";
    late.standing = sync::Standing::late;
    status.clocks.push_back(late);

    auto lines = linesOf(renderCycle(status, false));
    EXPECT_NE(lines.at(5).find(name), std::string::npos);
    lines.resize(lines.size() - 2);  // the summary is a sentence, and nothing comes after it
    for (const std::string& line : lines) {
        EXPECT_EQ(columnsOf(line), columnsOf(lines.front())) << line;
    }
}

TEST(RenderCycle, coloursOnlyAddToTheText) {
    sync::CycleStatus status = textbook();
    status.clocks[1].standing = sync::Standing::outlier;
    status.clocks[2].standing = sync::Standing::late;
    const std::string coloured = renderCycle(status, true);
    EXPECT_EQ(withoutColours(coloured), renderCycle(status, false));
    EXPECT_NE(coloured.find("\033[32mcounted\033[0m"), std::string::npos);
    EXPECT_NE(coloured.find("\033[33moutlier\033[0m"), std::string::npos);
    EXPECT_NE(coloured.find("\033[31mlate\033[0m"), std::string::npos);
    EXPECT_EQ(coloured.find("\033[2mclock"), 0U);
}

}  // namespace
}  // namespace berkeley::observe
