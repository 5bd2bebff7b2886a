#include "observe/group_view.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <utility>

namespace berkeley::observe {
namespace {

using sync::Standing;

bool isLost(const ClockView& clock) { return clock.status.standing == Standing::lost; }

}  // namespace

CycleFigures figuresOf(const sync::CycleStatus& status) {
    const auto counted =
        std::count_if(status.clocks.begin(), status.clocks.end(),
                      [](const auto& clock) { return clock.standing == Standing::counted; });
    return {.cycle = status.cycle,
            .ended = {},
            .average = status.average,
            .spreadBefore = status.spreadBefore,
            .duration = status.duration,
            .counted = static_cast<std::size_t>(counted),
            .clocks = status.clocks.size()};
}

void GroupView::cycleEnded(const sync::CycleStatus& status, Moment now) {
    shortage_.reset();
    replaceAll(status.clocks, now);
    cycle_ = figuresOf(status);
    cycle_->ended = now;
}

void GroupView::cycleSkipped(const std::vector<sync::ClockStatus>& slaves, std::size_t needed,
                             Moment now) {
    shortage_ = {slaves.size(), needed};
    std::vector<sync::ClockStatus> clocks;
    // The master's own clock is present whether or not it is asked.
    for (const auto& [id, clock] : clocks_) {
        if (clock.status.master) {
            clocks.push_back(clock.status);
        }
    }
    clocks.insert(clocks.end(), slaves.begin(), slaves.end());
    replaceAll(clocks, now);
}

void GroupView::clear() {
    cycle_.reset();
    shortage_.reset();
    clocks_.clear();
}

/// Of several clocks with the same name, the one that already has it keeps it.
std::vector<std::string> GroupView::idsOf(const std::vector<sync::ClockStatus>& clocks) const {
    std::map<std::string_view, const sync::ClockStatus*> owners;
    for (const sync::ClockStatus& clock : clocks) {
        const auto [owner, first] = owners.try_emplace(clock.name, &clock);
        const auto known = clocks_.find(clock.name);
        if (!first && !owner->second->master && known != clocks_.end() &&
            known->second.status.address == clock.address) {
            owner->second = &clock;
        }
    }
    std::vector<std::string> ids;
    ids.reserve(clocks.size());
    for (const sync::ClockStatus& clock : clocks) {
        ids.push_back(owners.at(clock.name) == &clock ? clock.name
                                                      : clock.name + " (" + clock.address + ")");
    }
    return ids;
}

void GroupView::replaceAll(const std::vector<sync::ClockStatus>& clocks, Moment now) {
    const std::vector<std::string> ids = idsOf(clocks);
    const std::set<std::string_view> present{ids.begin(), ids.end()};
    for (auto& [id, clock] : clocks_) {
        if (!isLost(clock) && !present.contains(id)) {
            lose(clock, now);
        }
    }
    for (std::size_t i = 0; i < clocks.size(); ++i) {
        take(ids[i], clocks[i], now);
    }
    dropLost(now);
}

void GroupView::take(const std::string& id, const sync::ClockStatus& status, Moment now) {
    ClockView view{.id = id, .status = status, .lastSeen = {}};
    if (shortage_) {
        view.status.standing = Standing::notAsked;
    }
    const auto known = clocks_.find(id);
    if (known == clocks_.end() || isLost(known->second)) {
        if (!status.master) {
            log_.add(EventKind::joined, now.group, id, "joined from " + status.address);
        }
    } else {
        view.lastSeen = known->second.lastSeen;
        tellOf(known->second, view, now);
    }
    if (!shortage_ && status.standing != Standing::late) {
        view.lastSeen = now.host;
    }
    clocks_.insert_or_assign(id, std::move(view));
}

void GroupView::tellOf(const ClockView& before, const ClockView& after, Moment now) {
    const Standing standing = after.status.standing;
    if (before.status.standing == standing) {
        return;
    }
    if (standing == Standing::counted) {
        log_.add(EventKind::counted, now.group, after.id, "counted");
    } else {
        log_.add(EventKind::excluded, now.group, after.id,
                 "excluded: " + std::string{toText(standing)});
    }
}

void GroupView::lose(ClockView& clock, Moment now) {
    clock.status.standing = Standing::lost;
    // Otherwise a clock that never answered would be kept forever, or not at all.
    clock.lastSeen = clock.lastSeen.value_or(now.host);
    log_.add(EventKind::left, now.group, clock.id, "has left");
}

/// Drops lost clocks, those lost longest ago first.
void GroupView::dropLost(Moment now) {
    std::vector<std::pair<HostTime, std::string>> lost;
    for (const auto& [id, clock] : clocks_) {
        if (isLost(clock)) {
            lost.emplace_back(*clock.lastSeen, id);
        }
    }
    std::sort(lost.begin(), lost.end());
    for (std::size_t i = 0; i < lost.size(); ++i) {
        const bool tooMany = lost.size() - i > kMostLost;
        if (tooMany || now.host - lost[i].first > kLostKept) {
            clocks_.erase(lost[i].second);
        }
    }
}

GroupSnapshot GroupView::snapshot() const {
    GroupSnapshot snapshot{cycle_, shortage_, {}};
    snapshot.clocks.reserve(clocks_.size());
    const auto add = [&](auto belongsHere) {
        for (const auto& [id, clock] : clocks_) {
            if (belongsHere(clock)) {
                snapshot.clocks.push_back(clock);
            }
        }
    };
    add([](const ClockView& clock) { return clock.status.master; });
    add([](const ClockView& clock) { return !clock.status.master && !isLost(clock); });
    add([](const ClockView& clock) { return !clock.status.master && isLost(clock); });
    return snapshot;
}

}  // namespace berkeley::observe
