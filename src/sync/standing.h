/// Whether a clock counts in the group's average, and if not, why: one list for everything that
/// shows it.
///
/// Thread safety: values.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace berkeley::sync {

/// A clock that does not count is still told how to come back.
enum class Standing : std::uint8_t {
    counted,
    outlier,     ///< too far from the middle of the clocks
    noMajority,  ///< two clocks farther apart than the sanity limit: the master's stands
    trimmed,     ///< among the highest or lowest that the method drops
    notMiddle,   ///< not among the middle ones that the method takes
    late,        ///< did not answer in this sync cycle
    newcomer,    ///< has not been on the group's line since it joined
    tooFast,     ///< its rate is farther from the others' than those of good clocks can be
    jumped,      ///< no longer on the group's line: its clock was set, or stood still
    notAsked,    ///< there is no sync cycle, for lack of slaves
    lost,        ///< it has left; the last of the standings that a master gives

    // What a clock that follows a master knows of itself.
    notSynchronized,  ///< it was never adjusted
    holdover,         ///< no adjustment has come for a while
    suspended,        ///< its machine stood still, and it has not been measured since
    stopped,          ///< likewise, by the machine's host
};

/// The standings in words, in order.
inline constexpr auto kStandings = std::to_array<std::string_view>(
    {"counted", "outlier", "no majority", "trimmed", "not middle", "late", "newcomer", "too fast",
     "jumped", "no sync cycle", "lost", "not synchronized", "holdover", "suspended", "stopped"});

constexpr std::string_view toText(Standing standing) {
    return kStandings.at(static_cast<std::size_t>(standing));
}

/// Whether the clock is there but not in the average.
constexpr bool isExcluded(Standing standing) {
    return standing != Standing::counted && standing != Standing::lost;
}

}  // namespace berkeley::sync
