#include "time/units.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "support/errors.h"

namespace berkeley {
inline namespace time {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kYear = 24h * 365 + 6h;

std::string durationError(const std::string& text) {
    return errorOf<std::invalid_argument>([&] { return parseDuration(text); });
}
std::string frequencyError(const std::string& text) {
    return errorOf<std::invalid_argument>([&] { return parseFrequency(text); });
}

TEST(ParseDuration, readsEveryUnit) {
    const std::vector<std::pair<std::string, Nanoseconds>> cases{
        {"10ns", 10ns},   {"3us", 3us},  {"3\u00B5s", 3us},       {"3\u03BCs", 3us},
        {"200ms", 200ms}, {"5s", 5s},    {"10min", 10min},        {"2h", 2h},
        {"2d", 48h},      {"1y", kYear}, {"1h30min", 1h + 30min}, {"+5s", 5s},
        {"007s", 7s}};
    for (const auto& [text, expected] : cases) {
        EXPECT_EQ(parseDuration(text), expected) << text;
    }
}

TEST(ParseDuration, appliesTheSignToTheWholeSum) {
    EXPECT_EQ(parseDuration("-10min"), -10min);
    EXPECT_EQ(parseDuration("-1h30min"), -90min);
}

TEST(ParseDuration, isExactInDecimals) {
    EXPECT_EQ(parseDuration("1.5h"), 90min);
    EXPECT_EQ(parseDuration("0.1s"), 100ms);
    EXPECT_EQ(parseDuration("4611686018.427387903s"), kTimeLimit - 1ns);
    EXPECT_EQ(parseDuration("0.25y"), kYear / 4);
    EXPECT_EQ(parseDuration("0.00000000000125y"), 39447ns);
    // The finest fraction of a day that is a whole number of nanoseconds: 27 of them.
    EXPECT_EQ(parseDuration("0.0000000000003125d"), 27ns);
    EXPECT_EQ(parseDuration("1.000000000000000000000000s"), 1s);
}

TEST(ParseDuration, needsNoUnitForBareZeroOnly) {
    EXPECT_EQ(parseDuration("0"), 0ns);
    EXPECT_EQ(durationError("5"),
              "\"5\" is not a duration: give a number with a unit, as in 5s, 200ms or -10min");
}

TEST(ParseDuration, namesWhatItRefusesAndSaysWhatToGive) {
    for (const std::string text :
         {"", "-", "s", "5 s", "5m", "5S", "5.s", ".5s", "1e3s", "5s ", "--5s", "1h-30min", "1h30",
          "5,0s", "0x5s", "infs", "nans", "00"}) {
        EXPECT_EQ(durationError(text),
                  "\"" + text +
                      "\" is not a duration: give a number with a unit, as in 5s, 200ms or -10min");
    }
}

TEST(ParseDuration, refusesWhatIsFinerThanANanosecond) {
    for (const std::string text : {"0.5ns", "1.0000000001s", "0.00000000000000001d"}) {
        EXPECT_EQ(durationError(text),
                  "\"" + text + "\" is finer than a nanosecond: give fewer decimals");
    }
}

TEST(ParseDuration, refusesWhatIsLongerThanTheTimeLimit) {
    EXPECT_EQ(parseDuration("4611686018427387904ns"), kTimeLimit);
    EXPECT_EQ(parseDuration("-4611686018427387904ns"), -kTimeLimit);
    for (const std::string text :
         {"4611686018427387905ns", "-4611686018427387905ns", "147y", "146y146y", "4611686018.5s",
          "18446744073709551616ns", "99999999999999999999999999y"}) {
        EXPECT_EQ(durationError(text),
                  "\"" + text + "\" is too long: a duration is at most 146 years");
    }
}

TEST(ParseFrequency, readsPartsPerMillionAndPerBillion) {
    EXPECT_DOUBLE_EQ(parseFrequency("40ppm"), 40'000.0);
    EXPECT_DOUBLE_EQ(parseFrequency("-3.5ppm"), -3'500.0);
    EXPECT_DOUBLE_EQ(parseFrequency("+12ppb"), 12.0);
    EXPECT_DOUBLE_EQ(parseFrequency("0"), 0.0);
}

TEST(ParseFrequency, namesWhatItRefusesAndSaysWhatToGive) {
    for (const std::string text : {"", "40", "ppm", "40 ppm", "1e3ppm", "0x1ppb", "infppm",
                                   "nanppb", "--1ppm", "40ppmx", "1.ppm"}) {
        EXPECT_EQ(
            frequencyError(text),
            "\"" + text +
                "\" is not a frequency: give a number with ppm or ppb, as in 40ppm or -3.5ppm");
    }
    EXPECT_NE(frequencyError(std::string(400, '9') + "ppm"), "");
}

TEST(ToOptionText, isShort) {
    const std::vector<std::pair<Nanoseconds, std::string>> cases{
        {0ns, "0s"},        {5s, "5s"},           {200ms, "200ms"},    {1h + 30min, "1h30min"},
        {-10min, "-10min"}, {1500ms, "1.5s"},     {1500us, "1.5ms"},   {48h, "2d"},
        {4 * kYear, "4y"},  {24h + 1ns, "1d1ns"}, {1001ns, "1.001us"}, {400 * 24h, "400d"}};
    for (const auto& [duration, expected] : cases) {
        EXPECT_EQ(toOptionText(duration), expected);
    }
}

TEST(ToOptionText, isReadBackExactly) {
    std::mt19937_64 random{20240229};
    std::uniform_int_distribution<int> bits{1, 62};
    for (int i = 0; i < 100'000; ++i) {
        // Every order of magnitude as often as every other.
        const auto magnitude = static_cast<std::int64_t>(random() >> (64 - bits(random)));
        const Nanoseconds duration{i % 2 == 0 ? magnitude : -magnitude};
        ASSERT_EQ(parseDuration(toOptionText(duration)), duration) << toOptionText(duration);
    }
    for (const Nanoseconds duration : {kTimeLimit, -kTimeLimit, 0ns}) {
        EXPECT_EQ(parseDuration(toOptionText(duration)), duration);
    }
}

TEST(ToOptionText, isReadBackForAFrequencyToo) {
    for (const auto& [ppb, text] :
         {std::pair{500'000.0, "500ppm"}, {-12.0, "-12ppb"}, {0.0, "0ppm"}}) {
        EXPECT_EQ(toOptionText(ppb), text);
        EXPECT_EQ(parseFrequency(text), ppb);
    }
}

TEST(ToOffsetText, choosesTheUnitAPersonWould) {
    const std::vector<std::pair<Nanoseconds, std::string>> cases{
        {0ns, "0 ns"},
        {123ns, "+123 ns"},
        {-3200ns, "\u22123.2 \u00B5s"},
        {1234us, "+1.234 ms"},
        {12'345us, "+12.35 ms"},
        {-123'449us, "\u2212123.4 ms"},
        {2500ms, "+2.500 s"},
        {12'500ms, "+12.50 s"},
        {25min, "+25 min 0.000 s"},
        {-10min - 4ms, "\u221210 min 0.004 s"},
        {3h + 25min, "+3 h 25 min 0.000 s"},
        {51h + 4min, "+2 d 3 h 4 min"},
        {4 * kYear + 12 * 24h, "+4 years 12 d"},
        {-kYear, "\u22121 year 0 d"}};
    for (const auto& [offset, expected] : cases) {
        EXPECT_EQ(toOffsetText(offset), expected);
    }
}

TEST(ToOffsetText, neverRoundsUpToAFullUnit) {
    const std::vector<std::pair<Nanoseconds, std::string>> cases{
        {999ns, "+999 ns"},
        {999'949ns, "+999.9 \u00B5s"},
        {999'950ns, "+1.000 ms"},
        {9'999'500ns, "+10.00 ms"},
        {99'995us, "+100.0 ms"},
        {999'950us, "+1.000 s"},
        {9'999'500us, "+10.00 s"},
        {59'994ms, "+59.99 s"},
        {59'995ms, "+1 min 0.000 s"},
        {2min - 1us, "+2 min 0.000 s"},
        {1h - 1us, "+1 h 0 min 0.000 s"},
        {24h - 1us, "+1 d 0 h 0 min"},
        {kYear - 1s, "+1 year 0 d"},
        {2 * kYear - 1s, "+2 years 0 d"},
        {2 * kYear - 1h, "+2 years 0 d"},
        {2 * kYear - 18h, "+2 years 0 d"},
        {2 * kYear - 19h, "+1 year 364 d"},
        {-4 * kYear + 3min + 45s, "\u22124 years 0 d"}};
    for (const auto& [offset, expected] : cases) {
        EXPECT_EQ(toOffsetText(offset), expected) << offset.count();
    }
}

TEST(ToOffsetText, holdsForTheLargestCounts) {
    EXPECT_EQ(toOffsetText(Nanoseconds::max()), "+292 years 99 d");
    EXPECT_EQ(toOffsetText(Nanoseconds::min()), "\u2212292 years 99 d");
}

TEST(ToDriftText, hasTheDigitsOfAPpbAndNeverAMinusZero) {
    EXPECT_EQ(toDriftText(39'998.4), "+39.998 ppm");
    EXPECT_EQ(toDriftText(39'998.4, ""), "39.998 ppm");
    EXPECT_EQ(toDriftText(1'944'123), "+1944.123 ppm");
    EXPECT_EQ(toDriftText(-3), "\u22120.003 ppm");
    EXPECT_EQ(toDriftText(-0.4), "0.000 ppm");
    EXPECT_EQ(toDriftText(std::numeric_limits<double>::infinity()), "\u2013");
}

TEST(ToSpanText, isTheSameWithoutAPlus) {
    EXPECT_EQ(toSpanText(3200ns), "3.2 \u00B5s");
    EXPECT_EQ(toSpanText(0ns), "0 ns");
}

}  // namespace
}  // namespace time
}  // namespace berkeley
