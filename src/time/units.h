/// Durations and frequencies as people write and read them; the one place that knows their units.
///
/// Thread safety: pure functions, independent of the locale. Errors: std::invalid_argument, whose
/// what() names the text and says what is expected.
#pragma once

#include <string>
#include <string_view>

#include "time/timeline.h"

namespace berkeley {
inline namespace time {

/// Parses "5s", "200ms", "-10min", "1.5h", "3us", "3µs", "10ns", "2d", "1y" (365.25 d), or a sum
/// such as "1h30min", whose sign comes first and applies to all of it. The unit is required, except
/// for a bare 0. The result is exact: anything finer than a nanosecond is refused, not rounded, and
/// so is anything longer than kTimeLimit.
Nanoseconds parseDuration(std::string_view text);

/// Parses "40ppm", "-3.5ppm" or "12ppb"; returns parts per billion. The unit is required, except
/// for a bare 0.
double parseFrequency(std::string_view text);

/// Returns a short text that parseDuration reads back exactly: "5s", "200ms", "1h30min", "1.5s".
std::string toOptionText(Nanoseconds duration);

/// Returns a text that parseFrequency reads back, rounded to the ppb: "500ppm", "1ppb".
std::string toOptionText(double ppb);

/// Returns a signed offset, rounded, in the unit that a person would choose: "−3.2 µs",
/// "+1.234 ms", "+2.500 s", "+25 min 0.000 s", "+2 d 3 h 4 min", "+4 years 12 d". The minus sign is
/// U+2212. Zero is "0 ns".
std::string toOffsetText(Nanoseconds offset);

/// Works like toOffsetText but without a plus sign, for values that are never negative: "3.2 µs".
std::string toSpanText(Nanoseconds span);

/// Returns parts per million with the digits of a ppb, and `plus` before positive values:
/// "+39.998 ppm", "−0.003 ppm". Zero is "0.000 ppm"; a value that is not finite is an en dash.
std::string toDriftText(double ppb, std::string_view plus = "+");

}  // namespace time
}  // namespace berkeley
