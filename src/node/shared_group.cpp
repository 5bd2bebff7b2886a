#include "node/shared_group.h"

namespace berkeley::node {

void SharedGroup::join(const std::string& name, const std::string& address,
                       std::optional<double> frequencyPpb, HostTime now, const Joined& joined) {
    const os::MutexLock guard{lock_};
    publish(group_.join(name, address, frequencyPpb, now), joined);
}

/// Takes the slave out again if `joined` throws: a slave that no session knows would never leave.
void SharedGroup::publish(sync::SlaveId slave, const Joined& joined) {
    try {
        joined(slave);
    } catch (...) {
        group_.leave(slave);
        throw;
    }
    changed_.notifyAll();
}

void SharedGroup::introduce(sync::SlaveId slave, const sync::Membership& membership) {
    const os::MutexLock guard{lock_};
    group_.introduce(slave, membership);
}

void SharedGroup::joinLab(const std::string& address, const sync::Measurement& measurement,
                          const Joined& joined) {
    const os::MutexLock guard{lock_};
    const sync::SlaveId slave = group_.joinLab(address, measurement.exchange.t4);
    (void)group_.record(slave, measurement.exchange, measurement.reading);
    publish(slave, joined);
}

void SharedGroup::leave(sync::SlaveId slave) {
    const os::MutexLock guard{lock_};
    group_.leave(slave);
    inBurst_.erase(slave);
    changed_.notifyAll();
}

bool SharedGroup::record(sync::SlaveId slave, const sync::Measurement& measurement) {
    const os::MutexLock guard{lock_};
    return group_.record(slave, measurement.exchange, measurement.reading);
}

void SharedGroup::lead(const sync::ClockState& own, std::uint32_t term, HostTime now) {
    const os::MutexLock guard{lock_};
    group_.lead(own, term, now);
}

void SharedGroup::doubt(HostTime now) {
    const os::MutexLock guard{lock_};
    group_.doubt(now);
}

std::optional<HostTime> SharedGroup::readyAt() const {
    const os::MutexLock guard{lock_};
    return group_.readyAt();
}

sync::CycleOutcome SharedGroup::conclude(HostTime now, const sync::ClockState& own) {
    const os::MutexLock guard{lock_};
    return group_.conclude(now, own);
}

void SharedGroup::beginCycle() {
    const os::MutexLock guard{lock_};
    group_.beginCycle();
    inBurst_.clear();
}

int SharedGroup::beginBurst(sync::SlaveId slave, Nanoseconds interval) {
    const os::MutexLock guard{lock_};
    const int polls = group_.beginBurst(slave, interval);
    if (polls > 0) {
        inBurst_.insert(slave);
    }
    return polls;
}

void SharedGroup::endBurst(sync::SlaveId slave) {
    const os::MutexLock guard{lock_};
    inBurst_.erase(slave);
    if (inBurst_.empty()) {
        changed_.notifyAll();
    }
}

std::size_t SharedGroup::size() const {
    const os::MutexLock guard{lock_};
    return group_.size();
}

std::vector<sync::ClockStatus> SharedGroup::slaves() const {
    const os::MutexLock guard{lock_};
    std::vector<sync::ClockStatus> slaves;
    for (const auto& [slave, member] : group_.members()) {
        slaves.push_back(statusOf(member));
    }
    return slaves;
}

void SharedGroup::awaitBursts(Deadline deadline) {
    os::MutexLock guard{lock_};
    changed_.waitUntil(guard, deadline,
                       [&]() REQUIRES(lock_) { return isOver() || inBurst_.empty(); });
}

bool SharedGroup::awaitSlaves(std::size_t count, Deadline deadline) {
    os::MutexLock guard{lock_};
    return changed_.waitUntil(guard, deadline,
                              [&]() REQUIRES(lock_) { return isOver() || group_.size() >= count; });
}

bool SharedGroup::awaitStop(Deadline deadline) {
    os::MutexLock guard{lock_};
    return changed_.waitUntil(guard, deadline, [&]() REQUIRES(lock_) { return isOver(); });
}

bool SharedGroup::isStopped() const {
    const os::MutexLock guard{lock_};
    return stopping_;
}

bool SharedGroup::awaitTurn(Deadline deadline) {
    os::MutexLock guard{lock_};
    changed_.waitUntil(guard, deadline, [&]() REQUIRES(lock_) { return stopping_ || !paused_; });
    entered_ = turn_;
    return !stopping_ && !paused_;
}

void SharedGroup::pause() {
    const os::MutexLock guard{lock_};
    paused_ = true;
    changed_.notifyAll();
}

void SharedGroup::resume() {
    const os::MutexLock guard{lock_};
    paused_ = false;
    ++turn_;
    changed_.notifyAll();
}

void SharedGroup::stop() {
    const os::MutexLock guard{lock_};
    stopping_ = true;
    changed_.notifyAll();
}

}  // namespace berkeley::node
