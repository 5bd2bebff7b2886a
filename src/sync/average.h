/// Where the group is: a fault-tolerant average of its clocks.
///
/// Units: offsets in nanoseconds against any common reference (usually the master's clock), each
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
    /// The mean of the clocks near the median; there is no constant to tune. The modified z-score
    /// selects the clocks that count (Iglewicz and Hoaglin, "How to Detect and Handle Outliers",
    /// 1993): those within 3.5 scaled median absolute deviations of the median, or within the
    /// clocks' typical bound if that is larger. The mean is then kept within one median absolute
    /// deviation of the median, or within the typical bound if that is larger. So fewer than half
    /// of the clocks, however wrong, cannot move the result farther from the nearest right clock
    /// than the right clocks are apart, or than that bound (Hampel, "The influence curve and its
    /// role in robust estimation", 1974, has the breakdown point of both estimators, one half).
    robust,
    mean,    ///< of all, as in the lab; one wild clock drags all others
    median,  ///< of all; of an even number, the mean of the middle two
    /// The midpoint of what is left without the f highest and the f lowest, where f is the largest
    /// number below a third of the clocks (Welch & Lynch, "A new fault-tolerant algorithm for clock
    /// synchronization", Information and Computation 77, 1988).
    trimmed,
};
/// The names of the methods in the option, in order.
inline constexpr auto kAveragings =
    std::to_array<std::string_view>({"robust", "mean", "median", "trimmed"});

constexpr std::string_view toText(Averaging method) {
    return kAveragings.at(static_cast<std::size_t>(method));
}

struct AverageOptions {
    Averaging method = Averaging::robust;
    Nanoseconds sanityLimit = std::chrono::hours{1};  ///< for two clocks, which have no majority
};

/// One clock's offset and the largest possible error of its measurement.
struct Reading {
    Nanoseconds offset{};
    Nanoseconds bound{};
};

struct Average {
    Nanoseconds offset{};             ///< against the same reference as the readings
    std::vector<Standing> standings;  ///< one for each reading, in order
};

/// The first reading is the master's own clock, so there is always one.
Average averageOf(std::span<const Reading> readings, const AverageOptions& options);

/// Returns the robust mean of frequencies. It does not jump: a clock within the limit counts in
/// full, and a clock beyond it counts less and less, down to nothing at twice the limit (Hampel,
/// "The influence curve and its role in robust estimation", 1974).
double robustMean(std::span<const double> ppb);

/// Returns for each drift whether its clock is too fast or too slow: farther from the median than
/// two clocks within the limit can lie apart. The first drift is the master's own, which is 0,
/// because drifts are measured against it. Of the middle two, the one nearer to it is the median,
/// so without a majority the master's clock stands. While more than half of the clocks are within
/// the limit of the truth, none of these is named.
std::vector<bool> tooFast(std::span<const double> ppb, const DriftLimit& limit);

}  // namespace berkeley::sync
