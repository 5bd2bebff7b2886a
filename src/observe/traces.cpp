#include "observe/traces.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace berkeley::observe {
namespace {

std::int64_t columnAt(HostTime time) { return time.time_since_epoch() / Traces::kColumn; }

std::size_t placeOf(std::int64_t column) {
    return static_cast<std::size_t>(column) % Traces::kColumns;
}

}  // namespace

void Traces::add(const GroupSnapshot& group) {
    if (!group.cycle || last_ == std::pair{group.cycle->cycle, group.cycle->ended.host}) {
        return;
    }
    last_ = {group.cycle->cycle, group.cycle->ended.host};
    const std::int64_t now = columnAt(last_->second);
    std::set<std::string_view> known;
    for (const ClockView& clock : group.clocks) {
        known.insert(clock.id);
        if (clock.status.standing == sync::Standing::lost || !clock.status.offset) {
            continue;
        }
        const Value value{clock.status.offset, clock.status.standing == sync::Standing::counted};
        Column& column = rings_[clock.id][placeOf(now)];
        if (column.number != now ||
            std::chrono::abs(*column.value.offset) <= std::chrono::abs(*value.offset)) {
            column = {now, value};
        }
    }
    std::erase_if(rings_, [&](const auto& entry) { return !known.contains(entry.first); });
}

Traces::Trace Traces::of(const std::string& id, HostTime now, Nanoseconds interval) const {
    Trace trace;
    const auto ring = rings_.find(id);
    if (ring == rings_.end()) {
        return trace;
    }
    const std::int64_t held = interval / kColumn + 1;
    const std::int64_t first = columnAt(now) + 1 - static_cast<std::int64_t>(kColumns);
    Column latest;
    for (std::size_t i = 0; i < kColumns; ++i) {
        const std::int64_t number = first + static_cast<std::int64_t>(i);
        const Column& column = ring->second[placeOf(number)];
        if (column.number == number) {
            latest = column;
        }
        if (latest.value.offset && number - latest.number <= held) {
            trace[i] = latest.value;
        }
    }
    return trace;
}

Nanoseconds Traces::scale(HostTime now) const {
    const std::int64_t oldest = columnAt(now) - static_cast<std::int64_t>(kColumns);
    std::vector<Nanoseconds> sizes;
    for (const auto& [id, ring] : rings_) {
        for (const Column& column : ring) {
            if (column.number > oldest && column.value.counted) {
                sizes.push_back(std::chrono::abs(*column.value.offset));
            }
        }
    }
    if (sizes.empty()) {
        return Nanoseconds::zero();
    }
    const auto at = sizes.begin() + static_cast<std::ptrdiff_t>((sizes.size() - 1) * 9 / 10);
    std::nth_element(sizes.begin(), at, sizes.end());
    return *at;
}

}  // namespace berkeley::observe
