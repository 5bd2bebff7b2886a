#include "berkeley/node/shared_roster.h"

namespace berkeley {

SlaveId SharedRoster::join(const std::string& name, const std::string& address,
                           std::optional<double> frequencyPpb) {
    const std::lock_guard guard{lock_};
    changed_.notify_all();
    if (!frequencyPpb) {
        return roster_.join(name, address, false);
    }
    const double driftPpb = (rate_.ppb() - *frequencyPpb) / (1 + *frequencyPpb * 1e-9);
    return roster_.join(name, address, false, driftPpb);
}

SlaveId SharedRoster::joinLab(const std::string& address, const Exchange& exchange,
                              const ClockReading& reading) {
    const std::lock_guard guard{lock_};
    changed_.notify_all();
    const SlaveId slave = roster_.join(address, address, true);
    (void)roster_.record(slave, exchange, reading);
    return slave;
}

void SharedRoster::leave(SlaveId slave) {
    const std::lock_guard guard{lock_};
    roster_.leave(slave);
    inBurst_.erase(slave);
    changed_.notify_all();
}

bool SharedRoster::record(SlaveId slave, const Exchange& exchange, const ClockReading& reading) {
    const std::lock_guard guard{lock_};
    return roster_.record(slave, exchange, reading);
}

void SharedRoster::beginCycle() {
    const std::lock_guard guard{lock_};
    roster_.beginCycle();
    inBurst_.clear();
}

int SharedRoster::beginBurst(SlaveId slave, Nanoseconds interval) {
    const std::lock_guard guard{lock_};
    const int polls = roster_.beginBurst(slave, interval);
    if (polls > 0) {
        inBurst_.insert(slave);
    }
    return polls;
}

void SharedRoster::endBurst(SlaveId slave) {
    const std::lock_guard guard{lock_};
    inBurst_.erase(slave);
    if (inBurst_.empty()) {
        changed_.notify_all();
    }
}

std::size_t SharedRoster::size() const {
    const std::lock_guard guard{lock_};
    return roster_.size();
}

std::vector<ClockStatus> SharedRoster::slaves() const {
    const std::lock_guard guard{lock_};
    std::vector<ClockStatus> slaves;
    for (const auto& [slave, member] : roster_.members()) {
        slaves.push_back(statusOf(member));
    }
    return slaves;
}

void SharedRoster::awaitBursts(Deadline deadline) {
    std::unique_lock guard{lock_};
    changed_.wait_until(guard, deadline, [&] { return isOver() || inBurst_.empty(); });
}

bool SharedRoster::awaitSlaves(std::size_t count, Deadline deadline) {
    std::unique_lock guard{lock_};
    return changed_.wait_until(guard, deadline,
                               [&] { return isOver() || roster_.size() >= count; });
}

bool SharedRoster::awaitStop(Deadline deadline) {
    std::unique_lock guard{lock_};
    return changed_.wait_until(guard, deadline, [&] { return isOver(); });
}

bool SharedRoster::isStopped() const {
    const std::lock_guard guard{lock_};
    return stopping_;
}

bool SharedRoster::awaitTurn(Deadline deadline) {
    std::unique_lock guard{lock_};
    changed_.wait_until(guard, deadline, [&] { return stopping_ || !paused_; });
    entered_ = turn_;
    return !stopping_ && !paused_;
}

void SharedRoster::pause() {
    const std::lock_guard guard{lock_};
    paused_ = true;
    changed_.notify_all();
}

void SharedRoster::resume(const std::optional<Adjustment>& line) {
    const std::lock_guard guard{lock_};
    paused_ = false;
    ++turn_;
    if (line) {
        rate_ = GroupRate{line->frequencyPpb, true};
        roster_.expectOn(*line);
    }
    changed_.notify_all();
}

void SharedRoster::stop() {
    const std::lock_guard guard{lock_};
    stopping_ = true;
    changed_.notify_all();
}

CycleOutcome SharedRoster::conclude(std::uint32_t cycle, HostTime now, const Adjustment& group,
                                    const ClockState& master, const CycleOptions& options) {
    const std::lock_guard guard{lock_};
    return concludeCycle(cycle, now, roster_, rate_, group, master, options);
}

}  // namespace berkeley
