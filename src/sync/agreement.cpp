#include "sync/agreement.h"

#include <algorithm>
#include <tuple>
#include <vector>

namespace berkeley::sync {
namespace {

struct End {
    Nanoseconds where;
    bool isHigh;

    /// Intervals that touch have a point in common.
    bool operator<(const End& other) const {
        return std::tie(where, isHigh) < std::tie(other.where, other.isHigh);
    }
};

}  // namespace

std::optional<Agreement> agreementOf(std::span<const Interval> intervals) {
    std::vector<End> ends;
    ends.reserve(2 * intervals.size());
    for (const Interval& interval : intervals) {
        ends.push_back({interval.low, false});
        ends.push_back({interval.high, true});
    }
    std::sort(ends.begin(), ends.end());

    std::optional<Agreement> best;
    std::size_t open = 0;
    for (std::size_t i = 0; i < ends.size(); ++i) {
        if (ends[i].isHigh) {
            --open;
        } else if (++open; !best || open >= best->count) {
            // The next end closes the place, unless a better one follows.
            best = {{ends[i].where, ends[i + 1].where}, open};
        }
    }
    return best;
}

}  // namespace berkeley::sync
