#include "time/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <system_error>

namespace berkeley {
inline namespace time {
namespace {

// Magnitudes are unsigned, so that the most negative duration has one too.
using Count = std::uint64_t;

constexpr Count kMicrosecond = 1'000;
constexpr Count kMillisecond = 1'000 * kMicrosecond;
constexpr Count kSecond = 1'000 * kMillisecond;
constexpr Count kMinute = 60 * kSecond;
constexpr Count kHour = 60 * kMinute;
constexpr Count kDay = 24 * kHour;
constexpr Count kYear = 365 * kDay + 6 * kHour;
constexpr Count kLimit = static_cast<Count>(kTimeLimit.count());

constexpr std::string_view kMinus = "\u2212";

struct Unit {
    std::string_view name;
    Count size;
};

constexpr std::array<Unit, 10> kUnits{{{"y", kYear},
                                       {"d", kDay},
                                       {"h", kHour},
                                       {"min", kMinute},
                                       {"s", kSecond},
                                       {"ms", kMillisecond},
                                       {"us", kMicrosecond},
                                       {"\u00B5s", kMicrosecond},  // micro sign
                                       {"\u03BCs", kMicrosecond},  // Greek mu, which looks the same
                                       {"ns", 1}}};

Count magnitudeOf(Nanoseconds duration) {
    const auto count = static_cast<Count>(duration.count());
    return duration < Nanoseconds::zero() ? Count{0} - count : count;
}

// --- reading ---

constexpr std::string_view kDurationRemedy =
    "is not a duration: give a number with a unit, as in 5s, 200ms or -10min";
constexpr std::string_view kTooLong = "is too long: a duration is at most 146 years";
constexpr std::string_view kFrequencyRemedy =
    "is not a frequency: give a number with ppm or ppb, as in 40ppm or -3.5ppm";

[[noreturn]] void refuse(std::string_view text, std::string_view why) {
    throw std::invalid_argument{'"' + std::string{text} + "\" " + std::string{why}};
}

// Not std::isdigit, which depends on the locale.
bool isDigit(char c) { return c >= '0' && c <= '9'; }

/// Takes the leading characters of `rest` for which `belongs` holds.
template <class Predicate>
std::string_view takeWhile(std::string_view& rest, Predicate belongs) {
    std::size_t length = 0;
    while (length < rest.size() && belongs(rest[length])) {
        ++length;
    }
    const std::string_view taken = rest.substr(0, length);
    rest.remove_prefix(length);
    return taken;
}

/// Takes a leading sign; returns whether it is a minus.
bool takeMinus(std::string_view& rest) {
    const bool minus = rest.starts_with('-');
    if (minus || rest.starts_with('+')) {
        rest.remove_prefix(1);
    }
    return minus;
}

/// Returns nothing if the number does not fit.
std::optional<Count> toCount(std::string_view digits) {
    Count value = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return result.ec == std::errc{} ? std::optional{value} : std::nullopt;
}

/// Returns 0.`digits` of `unit`; nothing if that is not a whole number of nanoseconds.
std::optional<Count> fractionOf(Count unit, std::string_view digits) {
    const std::size_t significant = digits.find_last_not_of('0') + 1;
    digits = digits.substr(0, significant);
    // No unit has more than 16 factors of two or of five, so longer fractions are never whole.
    if (digits.size() > 16) {
        return std::nullopt;
    }
    Count scale = 1;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        scale *= 10;
    }
    // Both are divided by their common factor, so that the product in the last line stays below the
    // unit itself.
    const Count common = std::gcd(unit, scale);
    const Count value = digits.empty() ? 0 : toCount(digits).value();
    if (value % (scale / common) != 0) {
        return std::nullopt;
    }
    return value / (scale / common) * (unit / common);
}

struct Number {
    std::string_view whole;
    std::string_view fraction;  ///< "" without a decimal point
};

/// Takes an unsigned decimal number; returns nothing if there is none.
std::optional<Number> takeNumber(std::string_view& rest) {
    Number number{takeWhile(rest, isDigit), {}};
    if (number.whole.empty()) {
        return std::nullopt;
    }
    if (rest.starts_with('.')) {
        rest.remove_prefix(1);
        number.fraction = takeWhile(rest, isDigit);
        if (number.fraction.empty()) {
            return std::nullopt;
        }
    }
    return number;
}

std::optional<Count> takeUnit(std::string_view& rest) {
    const std::string_view name = takeWhile(rest, [](char c) { return !isDigit(c); });
    for (const Unit& unit : kUnits) {
        if (unit.name == name) {
            return unit.size;
        }
    }
    return std::nullopt;
}

/// Takes one number with its unit. `text` is the whole text, for the error.
Count takeTerm(std::string_view& rest, std::string_view text) {
    const auto number = takeNumber(rest);
    const auto unit = number ? takeUnit(rest) : std::nullopt;
    if (!unit) {
        refuse(text, kDurationRemedy);
    }
    const auto whole = toCount(number->whole);
    if (!whole || *whole > kLimit / *unit) {
        refuse(text, kTooLong);
    }
    const auto fraction = fractionOf(*unit, number->fraction);
    if (!fraction) {
        refuse(text, "is finer than a nanosecond: give fewer decimals");
    }
    return *whole * *unit + *fraction;
}

// --- writing ---

/// Writes `count` quanta as a decimal number of a unit that has 10^`decimals` of them.
std::string decimalText(Count count, int decimals) {
    std::string digits = std::to_string(count);
    const auto places = static_cast<std::size_t>(decimals);
    if (places == 0) {
        return digits;
    }
    if (digits.size() <= places) {
        digits.insert(0, places + 1 - digits.size(), '0');
    }
    return digits.insert(digits.size() - places, 1, '.');
}

Count rounded(Count value, Count quantum) { return (value + quantum / 2) / quantum * quantum; }

/// Turns "1.500" into "1.5".
std::string withoutTrailingZeros(std::string decimal) {
    decimal.erase(decimal.find_last_not_of('0') + 1);
    if (decimal.ends_with('.')) {
        decimal.pop_back();
    }
    return decimal;
}

/// Writes less than a minute exactly, in the largest unit that it fills.
std::string optionTextBelowMinute(Count rest) {
    if (rest >= kSecond) {
        return withoutTrailingZeros(decimalText(rest, 9)) + "s";
    }
    if (rest >= kMillisecond) {
        return withoutTrailingZeros(decimalText(rest, 6)) + "ms";
    }
    if (rest >= kMicrosecond) {
        return withoutTrailingZeros(decimalText(rest, 3)) + "us";
    }
    return std::to_string(rest) + "ns";
}

/// For up to a minute: a value that is less than `below` after rounding to `quantum` is written in
/// `unit`.
struct Scale {
    Count below;
    Count quantum;
    int decimals;
    std::string_view unit;
};

constexpr std::array<Scale, 7> kScales{{{kMicrosecond, 1, 0, " ns"},
                                        {kMillisecond, kMicrosecond / 10, 1, " \u00B5s"},
                                        {10 * kMillisecond, kMillisecond / 1000, 3, " ms"},
                                        {100 * kMillisecond, kMillisecond / 100, 2, " ms"},
                                        {kSecond, kMillisecond / 10, 1, " ms"},
                                        {10 * kSecond, kSecond / 1000, 3, " s"},
                                        {kMinute, kSecond / 100, 2, " s"}}};

std::string minutesText(Count value) {
    return std::to_string(value / kMinute) + " min " +
           decimalText(value % kMinute / kMillisecond, 3) + " s";
}

std::string daysText(Count value) {
    return std::to_string(value / kDay) + " d " + std::to_string(value % kDay / kHour) + " h " +
           std::to_string(value % kHour / kMinute) + " min";
}

/// A remainder that rounds to 365 d, though less than a year of 365.25 d, counts as one more year.
std::string yearsText(Count value) {
    const Count days = rounded(value % kYear, kDay) / kDay;
    const Count years = value / kYear + days / 365;
    return std::to_string(years) + (years == 1 ? " year " : " years ") +
           std::to_string(days % 365) + " d";
}

/// Rounds before choosing the unit, so that neither 1000.0 µs nor 60.00 s comes out.
std::string magnitudeText(Count value) {
    for (const Scale& scale : kScales) {
        if (const Count shown = rounded(value, scale.quantum); shown < scale.below) {
            return decimalText(shown / scale.quantum, scale.decimals) + std::string{scale.unit};
        }
        value = std::max(value, scale.below);
    }
    if (const Count shown = rounded(value, kMillisecond); shown < kDay) {
        return shown < kHour ? minutesText(shown)
                             : std::to_string(shown / kHour) + " h " + minutesText(shown % kHour);
    }
    const Count shown = rounded(value, kMinute);
    return shown < kYear ? daysText(shown) : yearsText(shown);
}

std::string signedText(Nanoseconds value, std::string_view plus) {
    if (value == Nanoseconds::zero()) {
        return "0 ns";
    }
    return std::string{value < Nanoseconds::zero() ? kMinus : plus} +
           magnitudeText(magnitudeOf(value));
}

}  // namespace

Nanoseconds parseDuration(std::string_view text) {
    if (text == "0") {
        return Nanoseconds::zero();
    }
    std::string_view rest = text;
    const bool minus = takeMinus(rest);
    Count total = 0;
    do {
        const Count term = takeTerm(rest, text);
        if (term > kLimit - total) {
            refuse(text, kTooLong);
        }
        total += term;
    } while (!rest.empty());
    const Nanoseconds magnitude{static_cast<std::int64_t>(total)};
    return minus ? -magnitude : magnitude;
}

double parseFrequency(std::string_view text) {
    if (text == "0") {
        return 0.0;
    }
    std::string_view rest = text;
    const bool minus = takeMinus(rest);
    const std::string_view digits = rest;
    const bool number = takeNumber(rest).has_value();
    if (!number || (rest != "ppm" && rest != "ppb")) {
        refuse(text, kFrequencyRemedy);
    }
    double value = 0.0;
    if (std::from_chars(digits.data(), rest.data(), value).ec != std::errc{}) {
        refuse(text, kFrequencyRemedy);
    }
    const double ppb = rest == "ppm" ? value * 1e3 : value;
    return minus ? -ppb : ppb;
}

std::string toOptionText(Nanoseconds duration) {
    Count rest = magnitudeOf(duration);
    if (rest == 0) {
        return "0s";
    }
    std::string text = duration < Nanoseconds::zero() ? "-" : "";
    // Uses years only when they come out even: "1y34d18h" is no way to say 400 days.
    if (rest % kYear == 0) {
        return text + std::to_string(rest / kYear) + "y";
    }
    for (const Unit& unit : {Unit{"d", kDay}, Unit{"h", kHour}, Unit{"min", kMinute}}) {
        if (rest >= unit.size) {
            text += std::to_string(rest / unit.size) + std::string{unit.name};
            rest %= unit.size;
        }
    }
    return rest == 0 ? text : text + optionTextBelowMinute(rest);
}

std::string toOptionText(double ppb) {
    const long long whole = std::llround(ppb);
    return whole % 1000 == 0 ? std::to_string(whole / 1000) + "ppm" : std::to_string(whole) + "ppb";
}

std::string toOffsetText(Nanoseconds offset) { return signedText(offset, "+"); }

std::string toSpanText(Nanoseconds span) { return signedText(span, ""); }

std::string toDriftText(double ppb, std::string_view plus) {
    if (!std::isfinite(ppb)) {
        return "\u2013";
    }
    // An integer, because a double could be shown as "-0.000".
    const long long whole = std::llround(ppb);
    const std::string_view sign = whole == 0 ? "" : whole < 0 ? kMinus : plus;
    return std::string{sign} + decimalText(static_cast<Count>(std::abs(whole)), 3) + " ppm";
}

}  // namespace time
}  // namespace berkeley
