#include "node/monitor.h"

#include <fmt/format.h>

#include <random>
#include <utility>

namespace berkeley::node {
namespace {

std::string newInstance() {
    std::random_device random;
    return fmt::format("{:08x}{:08x}", random(), random());
}

}  // namespace

Monitor::Monitor(MonitorConfig config, const host::SteeredClock& clock)
    : config_(std::move(config)),
      clock_(clock),
      instance_(newInstance()),
      metrics_(config_.role != observe::Role::slave, config_.role != observe::Role::active),
      role_(config_.role),
      since_(clock_.hostNow()),
      turn_(since_),
      follower_(config_.name, config_.lab, config_.interval, log_) {
    if (const sync::ClockState state = clock_.state(); state.synchronized) {
        follower_.goesOn(state.cycle, state.line.reference);
    }
    log_.add(observe::EventKind::restart, now().group, "", config_.program + " was started");
}

observe::Moment Monitor::now() const {
    const sync::ClockState state = clock_.state();
    const HostTime host = clock_.hostNow();
    return {host, state.line.groupTimeAt(host)};
}

std::optional<Nanoseconds> Monitor::boundAt(HostTime now) const {
    const sync::ClockState state = clock_.state();
    return state.synchronized && !state.suspect ? std::optional{state.line.boundAt(now)}
                                                : std::nullopt;
}

void Monitor::cycleEnded(const sync::CycleStatus& status) {
    const observe::Moment moment = now();
    metrics_.cycleEnded(status);
    const os::MutexLock guard{lock_};
    turn_ = moment.host;
    group_.cycleEnded(status, moment);
    snapshot_ = std::make_shared<const observe::GroupSnapshot>(group_.snapshot());
    history_.add(observe::pointOf(*snapshot_, boundAt(moment.host)), moment.host);
}

void Monitor::cycleSkipped(const std::vector<sync::ClockStatus>& slaves, std::size_t needed) {
    const observe::Moment moment = now();
    metrics_.cycleSkipped();
    const os::MutexLock guard{lock_};
    turn_ = moment.host;
    group_.cycleSkipped(slaves, needed, moment);
    snapshot_ = std::make_shared<const observe::GroupSnapshot>(group_.snapshot());
}

void Monitor::joined(const net::Endpoint& master, std::optional<Nanoseconds> interval) {
    const observe::Moment moment = now();
    metrics_.joined();
    const os::MutexLock guard{lock_};
    follower_.joined(toText(master), interval, moment);
}

void Monitor::timestamped(sync::TimestampKind timestamps) {
    const os::MutexLock guard{lock_};
    follower_.timestamped(timestamps);
}

void Monitor::left() {
    const observe::Moment moment = now();
    const os::MutexLock guard{lock_};
    follower_.left(moment);
}

void Monitor::synchronized(const sync::Change& change, GroupTime /*now*/, Nanoseconds /*bound*/) {
    const observe::Moment moment = now();
    const sync::ClockState state = clock_.state();
    metrics_.adjusted(change.manner);
    const os::MutexLock guard{lock_};
    follower_.adjusted(state.cycle, change.offset, moment);
    history_.add(observe::pointOf(config_.name, state.cycle, moment.group, change.offset,
                                  state.line.boundAt(moment.host)),
                 moment.host);
}

void Monitor::roleChanged(bool active) {
    const observe::Moment moment = now();
    metrics_.roleChanged();
    const os::MutexLock guard{lock_};
    role_ = active ? observe::Role::active : observe::Role::standby;
    since_ = turn_ = moment.host;
    if (snapshot_->cycle) {
        follower_.goesOn(snapshot_->cycle->cycle, snapshot_->cycle->ended.host);
    }
    group_.clear();
    snapshot_ = std::make_shared<const observe::GroupSnapshot>();
    log_.add(observe::EventKind::role, moment.group, "",
             config_.name + (active ? " leads the group" : " stands by"));
}

void Monitor::paused(const Pause& pause) { metrics_.paused(pause.kind); }

observe::Status Monitor::status() const { return describe(true); }

observe::Status Monitor::summary() const { return describe(false); }

observe::Status Monitor::describe(bool withClocks) const {
    observe::Status status;
    const sync::ClockState state = clock_.state();
    status.suspect = clock_.suspect();
    status.membership = state.membership;
    status.steps = state.steps;
    status.program = config_.program;
    status.version = config_.version;
    status.instance = instance_;
    status.name = config_.name;
    std::shared_ptr<const observe::GroupSnapshot> snapshot;
    {
        const os::MutexLock guard{lock_};
        // Nothing that is shown may be later than this.
        status.now = now();
        status.bound = boundAt(status.now.host);
        status.role = role_;
        status.since = since_;
        if (withClocks) {
            status.events = log_.events();
        }
        if (role_ == observe::Role::active) {
            describeLeader(status);
            snapshot = snapshot_;
        } else {
            describeFollower(status);
        }
    }
    if (snapshot && withClocks) {
        status.group.clocks = snapshot->clocks;
    }
    return status;
}

void Monitor::describeLeader(observe::Status& status) const {
    status.interval = config_.interval;
    status.heard = turn_;
    status.group.cycle = snapshot_->cycle;
    status.group.shortage = snapshot_->shortage;
    if (const auto& cycle = snapshot_->cycle) {
        status.cycle = cycle->cycle;
        status.cycleEnded = cycle->ended.host;
    }
}

void Monitor::describeFollower(observe::Status& status) const {
    status.interval = follower_.interval();
    status.cycle = follower_.cycle();
    status.cycleEnded = status.heard = follower_.adjustedAt();
    status.holdover = follower_.holdoverAt(status.now.host);
    status.master = follower_.master();
    status.timestamps = follower_.timestamps();
    status.group.clocks = {follower_.clockAt(status.now.host, status.bound, status.suspect)};
}

observe::HistoryAnswer Monitor::history(std::uint64_t since,
                                        std::vector<std::string> clocks) const {
    observe::HistoryAnswer answer;
    answer.instance = instance_;
    answer.clocks = std::move(clocks);
    const os::MutexLock guard{lock_};
    answer.interval = role_ == observe::Role::active ? config_.interval : follower_.interval();
    answer.points = history_.since(since);
    answer.next = answer.points.empty() ? history_.next() : answer.points.back()->index + 1;
    answer.more = answer.next < history_.next();
    answer.events = log_.events();
    return answer;
}

std::string Monitor::metrics(const std::optional<observe::PeerCounts>& peers,
                             std::size_t mostClocks) const {
    return metrics_.text(status(), peers, mostClocks);
}

}  // namespace berkeley::node
