#include "node/shared_group.h"

namespace berkeley::node {

sync::SlaveId SharedGroup::join(const std::string& name, const std::string& address,
                                std::optional<double> frequencyPpb, HostTime now) {
    const std::lock_guard guard{lock_};
    changed_.notify_all();
    return group_.join(name, address, frequencyPpb, now);
}

void SharedGroup::introduce(sync::SlaveId slave, const sync::Membership& membership) {
    const std::lock_guard guard{lock_};
    group_.introduce(slave, membership);
}

sync::SlaveId SharedGroup::joinLab(const std::string& address,
                                   const sync::Measurement& measurement) {
    const std::lock_guard guard{lock_};
    changed_.notify_all();
    const sync::SlaveId slave = group_.joinLab(address, measurement.exchange.t4);
    (void)group_.record(slave, measurement.exchange, measurement.reading);
    return slave;
}

void SharedGroup::leave(sync::SlaveId slave) {
    const std::lock_guard guard{lock_};
    group_.leave(slave);
    inBurst_.erase(slave);
    changed_.notify_all();
}

bool SharedGroup::record(sync::SlaveId slave, const sync::Measurement& measurement) {
    const std::lock_guard guard{lock_};
    return group_.record(slave, measurement.exchange, measurement.reading);
}

void SharedGroup::lead(const sync::ClockState& own, std::uint32_t term, HostTime now) {
    const std::lock_guard guard{lock_};
    group_.lead(own, term, now);
}

void SharedGroup::doubt(HostTime now) {
    const std::lock_guard guard{lock_};
    group_.doubt(now);
}

std::optional<HostTime> SharedGroup::readyAt() const {
    const std::lock_guard guard{lock_};
    return group_.readyAt();
}

sync::CycleOutcome SharedGroup::conclude(HostTime now, const sync::ClockState& own) {
    const std::lock_guard guard{lock_};
    return group_.conclude(now, own);
}

void SharedGroup::beginCycle() {
    const std::lock_guard guard{lock_};
    group_.beginCycle();
    inBurst_.clear();
}

int SharedGroup::beginBurst(sync::SlaveId slave, Nanoseconds interval) {
    const std::lock_guard guard{lock_};
    const int polls = group_.beginBurst(slave, interval);
    if (polls > 0) {
        inBurst_.insert(slave);
    }
    return polls;
}

void SharedGroup::endBurst(sync::SlaveId slave) {
    const std::lock_guard guard{lock_};
    inBurst_.erase(slave);
    if (inBurst_.empty()) {
        changed_.notify_all();
    }
}

std::size_t SharedGroup::size() const {
    const std::lock_guard guard{lock_};
    return group_.size();
}

std::vector<sync::ClockStatus> SharedGroup::slaves() const {
    const std::lock_guard guard{lock_};
    std::vector<sync::ClockStatus> slaves;
    for (const auto& [slave, member] : group_.members()) {
        slaves.push_back(statusOf(member));
    }
    return slaves;
}

void SharedGroup::awaitBursts(Deadline deadline) {
    std::unique_lock guard{lock_};
    changed_.wait_until(guard, deadline, [&] { return isOver() || inBurst_.empty(); });
}

bool SharedGroup::awaitSlaves(std::size_t count, Deadline deadline) {
    std::unique_lock guard{lock_};
    return changed_.wait_until(guard, deadline, [&] { return isOver() || group_.size() >= count; });
}

bool SharedGroup::awaitStop(Deadline deadline) {
    std::unique_lock guard{lock_};
    return changed_.wait_until(guard, deadline, [&] { return isOver(); });
}

bool SharedGroup::isStopped() const {
    const std::lock_guard guard{lock_};
    return stopping_;
}

bool SharedGroup::awaitTurn(Deadline deadline) {
    std::unique_lock guard{lock_};
    changed_.wait_until(guard, deadline, [&] { return stopping_ || !paused_; });
    entered_ = turn_;
    return !stopping_ && !paused_;
}

void SharedGroup::pause() {
    const std::lock_guard guard{lock_};
    paused_ = true;
    changed_.notify_all();
}

void SharedGroup::resume() {
    const std::lock_guard guard{lock_};
    paused_ = false;
    ++turn_;
    changed_.notify_all();
}

void SharedGroup::stop() {
    const std::lock_guard guard{lock_};
    stopping_ = true;
    changed_.notify_all();
}

}  // namespace berkeley::node
