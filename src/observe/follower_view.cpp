#include "observe/follower_view.h"

#include <utility>

#include "time/silence.h"

namespace berkeley::observe {

FollowerView::FollowerView(std::string name, bool lab, Nanoseconds interval, EventLog& log)
    : name_(std::move(name)), lab_(lab), interval_(interval), log_(log) {}

void FollowerView::joined(const std::string& master, std::optional<Nanoseconds> interval,
                          Moment now) {
    master_ = master;
    interval_ = interval.value_or(interval_);
    log_.add(EventKind::joined, now.group, name_, "joined the master at " + master);
}

void FollowerView::left(Moment now) {
    if (!master_.empty()) {
        log_.add(EventKind::left, now.group, name_, "has lost the master at " + master_);
        master_.clear();
    }
    timestamps_.reset();
}

void FollowerView::adjusted(std::uint32_t cycle, Nanoseconds change, Moment now) {
    if (cycle_ && cycle <= *cycle_) {
        log_.add(EventKind::restart, now.group, "",
                 "cycle " + std::to_string(cycle) + " comes after cycle " +
                     std::to_string(*cycle_) + ": cycles are counted anew");
    }
    cycle_ = cycle;
    change_ = change;
    adjustedAt_ = now.host;
}

void FollowerView::goesOn(std::uint32_t cycle, HostTime adjusted) {
    cycle_ = cycle;
    adjustedAt_ = adjusted;
    change_.reset();
}

bool FollowerView::holdoverAt(HostTime now) const {
    return adjustedAt_ && now - *adjustedAt_ > silenceAfter(interval_);
}

ClockView FollowerView::clockAt(HostTime now, std::optional<Nanoseconds> bound,
                                PauseKind suspect) const {
    ClockView view{.id = name_, .status = {}, .lastSeen = adjustedAt_};
    view.status.name = name_;
    view.status.lab = lab_;
    view.status.bound = bound;
    if (change_) {
        view.status.change = change_;
        view.status.offset = -*change_;
    }
    if (!adjustedAt_) {
        view.status.standing = sync::Standing::notSynchronized;
    } else if (suspect != PauseKind::none) {
        view.status.standing =
            suspect == PauseKind::stopped ? sync::Standing::stopped : sync::Standing::suspended;
    } else if (holdoverAt(now)) {
        view.status.standing = sync::Standing::holdover;
    }
    return view;
}

}  // namespace berkeley::observe
