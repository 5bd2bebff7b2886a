/// Where the group is: a fault-tolerant average of its clocks.
///
/// Units: offsets in nanoseconds against any common reference (the master's clock, as a rule), each
/// with the bound of its own measurement. Thread safety: pure functions.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "sync/drift_limit.h"
#include "sync/standing.h"
#include "time/timeline.h"

namespace berkeley::sync {

enum class Averaging {
    /// The mean of the clocks near the median; no constant to tune. The modified z-score chooses
    /// who counts (Iglewicz and Hoaglin, "How to Detect and Handle Outliers", 1993): who is within
    /// 3.5 scaled median absolute deviations of the median, never less than the clocks' typical
    /// bound. The mean is then kept within one median absolute deviation of the median, or within
    /// the typical bound where that is more. So fewer than half of the clocks, however wrong,
    /// cannot take the result farther from the nearest right clock than the right clocks are apart,
    /// or than that bound (Hampel, "The influence curve and its role in robust estimation", 1974,
    /// has both estimators' breakdown point of one half).
    robust,
    mean,    ///< of all, as in the lab; one wild clock drags everyone
    median,  ///< of all; of an even number, the mean of the middle two
    /// The midpoint of what is left after dropping the f highest and the f lowest, f the largest
    /// number below a third of the clocks (Welch & Lynch, "A new fault-tolerant algorithm for clock
    /// synchronization", Information and Computation 77, 1988).
    trimmed,
};
/// What the option calls them, in their order.
inline constexpr auto kAveragings =
    std::to_array<std::string_view>({"robust", "mean", "median", "trimmed"});

constexpr std::string_view toText(Averaging method) {
    return kAveragings.at(static_cast<std::size_t>(method));
}

struct AverageOptions {
    Averaging method = Averaging::robust;
    Nanoseconds sanityLimit = std::chrono::hours{1};  ///< for two clocks, which have no majority
};

/// One clock's offset and the largest error that its measurement may have.
struct Reading {
    Nanoseconds offset{};
    Nanoseconds bound{};
};

struct Average {
    Nanoseconds offset{};             ///< in the readings' own frame
    std::vector<Standing> standings;  ///< one for each reading, in their order
};

/// The first reading is the master's own clock; there is at least that one.
Average averageOf(std::span<const Reading> readings, const AverageOptions& options);

/// The robust mean of frequencies. It has no jumps: a clock just within the limit counts in
/// full, and less and less up to twice that distance (Hampel, "The influence curve and its role in
/// robust estimation", 1974).
double robustMean(std::span<const double> ppb);

/// For each of the drifts whether its clock is too fast, or too slow: farther from the median than
/// two clocks within the limit can lie apart. The first is the master's own, which is 0, as drifts
/// are measured against it. Of the middle two the one nearer to it is the median: without a
/// majority the master's stands. While more than half of the clocks are within the limit of the
/// truth, none of these is named.
std::vector<bool> tooFast(std::span<const double> ppb, const DriftLimit& limit);

}  // namespace berkeley::sync
