#include "observe/history.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace berkeley::observe {
namespace {

HistoryOffset offsetOf(const ClockView& clock) {
    return {.value = clock.status.offset.value_or(HistoryOffset::kUnknown),
            .limit = clock.status.bound.value_or(HistoryOffset::kUnknown),
            .counted = clock.status.standing == sync::Standing::counted};
}

/// `offsets` is sorted and not empty.
OffsetQuantiles quantilesOf(const std::vector<Nanoseconds>& offsets) {
    const auto at = [&](double part) {
        const double rank = std::ceil(part * static_cast<double>(offsets.size()));
        return offsets[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
    };
    return {offsets.front(), at(0.05), at(0.25), at(0.5), at(0.75), at(0.95), offsets.back()};
}

std::vector<const ClockView*> presentIn(const GroupSnapshot& group) {
    std::vector<const ClockView*> clocks;
    for (const ClockView& clock : group.clocks) {
        if (clock.status.standing != sync::Standing::lost) {
            clocks.push_back(&clock);
        }
    }
    return clocks;
}

/// Reduces `clocks` to those farthest from the middle, the farthest first.
OffsetQuantiles summarize(std::vector<const ClockView*>& clocks) {
    std::erase_if(clocks, [](const ClockView* clock) { return !clock->status.offset; });
    std::vector<Nanoseconds> offsets;
    offsets.reserve(clocks.size());
    for (const ClockView* clock : clocks) {
        offsets.push_back(*clock->status.offset);
    }
    std::sort(offsets.begin(), offsets.end());
    const OffsetQuantiles quantiles = quantilesOf(offsets);
    const auto distance = [&](const ClockView* clock) {
        return std::chrono::abs(*clock->status.offset - quantiles.p50);
    };
    const auto kept = static_cast<std::ptrdiff_t>(std::min(clocks.size(), History::kFarthest));
    std::partial_sort(
        clocks.begin(), clocks.begin() + kept, clocks.end(),
        [&](const ClockView* a, const ClockView* b) { return distance(a) > distance(b); });
    clocks.resize(static_cast<std::size_t>(kept));
    return quantiles;
}

}  // namespace

HistoryPoint pointOf(const GroupSnapshot& group, std::optional<Nanoseconds> ownBound) {
    const CycleFigures& cycle = group.cycle.value();
    HistoryPoint point;
    point.cycle = cycle.cycle;
    point.when = cycle.ended.group;
    point.group = {cycle.average, cycle.spreadBefore, cycle.counted, cycle.clocks};
    point.bound = ownBound;
    std::vector<const ClockView*> clocks = presentIn(group);
    if (clocks.size() > History::kMostClocks) {
        point.quantiles = summarize(clocks);  // The master's own offset is always known.
    }
    std::vector<std::string> names;
    for (const ClockView* clock : clocks) {
        names.push_back(clock->id);
        point.offsets.push_back(offsetOf(*clock));
    }
    point.names = std::make_shared<const std::vector<std::string>>(std::move(names));
    return point;
}

HistoryPoint pointOf(const std::string& name, std::uint32_t cycle, GroupTime when,
                     Nanoseconds change, Nanoseconds bound) {
    HistoryPoint point;
    point.cycle = cycle;
    point.when = when;
    point.bound = bound;
    point.names = std::make_shared<const std::vector<std::string>>(1, name);
    point.offsets = {{.value = -change, .limit = bound, .counted = true}};
    return point;
}

void History::add(HistoryPoint point, HostTime now) {
    if (!points_.empty() && now - last_ < kApart) {
        return;
    }
    last_ = now;
    point.index = next_++;
    // Successive points mostly have the same clocks, so they share the names.
    if (!points_.empty() && *points_.back()->names == *point.names) {
        point.names = points_.back()->names;
    }
    points_.push_back(std::make_shared<const HistoryPoint>(std::move(point)));
    if (points_.size() > kKept) {
        points_.pop_front();
    }
}

History::Points History::since(std::uint64_t index) const {
    const std::uint64_t first = next_ - points_.size();
    Points found;
    std::size_t offsets = 0;
    for (std::uint64_t i = std::max(index, first); i < next_ && found.size() < kMostPoints; ++i) {
        const auto& point = points_[static_cast<std::size_t>(i - first)];
        offsets += point->offsets.size();
        if (offsets > kMostOffsets) {
            break;
        }
        found.push_back(point);
    }
    return found;
}

}  // namespace berkeley::observe
