/// Clocks that lie: fewer than half of them do no harm.
#include <algorithm>

#include "sim/scenario_test.h"

namespace berkeley::sim {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kBegin = 1min;  ///< of the lies
constexpr Nanoseconds kEnd = 4min;

Nanoseconds since(Nanoseconds trueTime) { return std::max<Nanoseconds>(trueTime - kBegin, 0s); }

using Lie = std::function<Nanoseconds(Nanoseconds trueTime)>;

/// What becomes of honest clocks that agree already, and whose rates differ by a ppm or two.
struct Harm {
    Nanoseconds spread;  ///< largest among the honest
    Nanoseconds moved;   ///< of the group, at the end
};

/// What honest rates can make of the group's time by the end.
constexpr Nanoseconds kByRates = 2 * kEnd / 1'000'000;

class Liars : public ScenarioTest {
  protected:
    /// The harm that the first two of five slaves do.
    Harm harmOf(const Lie& lie) const {
        Scenario scenario = exactGroup(5);
        for (std::size_t i = 0; i < scenario.slaves.size(); ++i) {
            scenario.slaves[i].clock.frequencyPpb = i % 2 == 0 ? 1'000 : -1'000;
        }
        scenario.slaves[0].lie = scenario.slaves[1].lie = lie;
        Simulation simulation{scenario};
        const Watched watched =
            observe(simulation, {.until = kEnd, .settled = 30s, .ignored = {"s1", "s2"}});
        return {watched.spread, std::chrono::abs(fromTruth(simulation))};
    }

    /// Among honest clocks, of which two of five in all lie.
    Nanoseconds spreadWith(const Lie& lie) const {
        Scenario scenario = group(4);
        scenario.slaves[0].lie = scenario.slaves[1].lie = lie;
        return observe(scenario, {.until = kEnd, .settled = 30s, .ignored = {"s1", "s2"}}).spread;
    }
};

struct NamedLie {
    const char* name;
    Lie lie;

    friend void PrintTo(const NamedLie& lie, std::ostream* out) { *out << lie.name; }
};

class HarmlessLie : public Liars, public testing::WithParamInterface<NamedLie> {};

TEST_P(HarmlessLie, HarmsNoMoreThanARate) {
    const Harm harm = harmOf(GetParam().lie);
    EXPECT_LT(harm.spread, 4us);
    EXPECT_LT(harm.moved, kByRates);
}

INSTANTIATE_TEST_SUITE_P(
    Of, HarmlessLie,
    testing::ValuesIn(std::vector<NamedLie>{
        {"AConstant", [](Nanoseconds) { return 1h; }},
        {"OneThatStarts", [](Nanoseconds now) { return now < kBegin ? 0s : -1min; }},
        {"DriftingAwaySlowly", [](Nanoseconds now) { return since(now) / 20'000; }},
        {"DriftingAwayFast", [](Nanoseconds now) { return since(now) / 100; }},
        {"AnotherInEachCycle", [](Nanoseconds now) { return now / 1s % 2 == 0 ? 3s : -7s; }},
        {"GrowingInEachCycle", [](Nanoseconds now) { return now / 1s * 10s; }},
        {"WithinABurst", [](Nanoseconds now) { return now / 100us % 7 * 1ms; }},
        {"ASingleOne",
         [](Nanoseconds now) { return now >= kBegin && now < kBegin + 1s ? 5s : 0s; }}}),
    testing::PrintToStringParamName());

TEST_F(Liars, JustBelowHalfInConcertDoNoHarm) {
    EXPECT_LT(spreadWith([](Nanoseconds now) { return now / 1s % 2 == 0 ? 1s : -1s; }), 4us);
    EXPECT_LT(spreadWith([](Nanoseconds now) { return since(now) / 20'000; }), 4us);
}

TEST_F(Liars, LieNoLargerThanTheBoundMovesTheGroupByNoMore) {
    const Harm harm = harmOf([](Nanoseconds now) { return now < kBegin ? 0us : 60us; });
    EXPECT_LT(harm.spread, 4us);
    EXPECT_LT(harm.moved, kByRates + 60us);
}

TEST_F(Liars, FalseClaimsOfAClockThatKnowsBetterDoNoHarm) {
    for (const Nanoseconds off : std::initializer_list<Nanoseconds>{0us, 40us, 1h}) {
        Scenario scenario = group(4);
        for (const std::size_t i : {0U, 1U}) {
            scenario.slaves[i].joins = i * 30s;
            scenario.slaves[i].claim = [off](sync::ClockReading& reading) {
                reading.correction += off;
                reading.deviation = sync::Deviation{};
            };
        }
        const Watched watched =
            observe(scenario, {.until = kEnd, .settled = 40s, .ignored = {"s1", "s2"}});
        EXPECT_LT(watched.spread, 4us) << off.count();
    }
}

TEST_F(Liars, ClaimToKnowNothingDoesNoHarm) {
    Scenario scenario = group(4);
    scenario.slaves[0].joins = 30s;
    scenario.slaves[0].claim = [](sync::ClockReading& reading) {
        reading.deviation = sync::Deviation{kTimeLimit - 1ns, 1e8};
    };
    observe(scenario, {.until = kEnd, .settled = 40s});
}

TEST_F(Liars, WhoStopsLyingIsBackAtOnce) {
    Scenario scenario = group(4);
    scenario.slaves[0].lie = [](Nanoseconds now) { return now < kBegin ? 1ms : 0ms; };
    Simulation simulation{scenario};
    simulation.runUntil(kBegin + 10s);
    const Watched watched = observe(simulation, {.until = kEnd, .settled = kBegin + 10s});
    EXPECT_LT(watched.errors.at("s1"), 4us);
    EXPECT_EQ(simulation.lastStatus("s1").standing, sync::Standing::counted);
}

}  // namespace
}  // namespace berkeley::sim
