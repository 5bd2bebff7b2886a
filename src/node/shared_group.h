/// The group that the master's threads share, with a lock, and the wait for a cycle's answers.
///
/// Thread safety: any thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "os/mutex.h"
#include "sync/burst.h"
#include "sync/group.h"

namespace berkeley::node {

class SharedGroup {
  public:
    using Deadline = std::chrono::steady_clock::time_point;

    SharedGroup(sync::GroupOptions options, HostTime now) : group_(std::move(options), now) {}

    /// Called with a new slave's id, under the lock, before any thread can find the slave in the
    /// group. If it throws, the slave has not joined.
    using Joined = std::function<void(sync::SlaveId)>;

    // As in Group.
    void join(const std::string& name, const std::string& address,
              std::optional<double> frequencyPpb, HostTime now, const Joined& joined);
    void introduce(sync::SlaveId slave, const sync::Membership& membership);
    /// Takes in a lab slave with its first report, so that no sync cycle finds one that has not
    /// answered.
    void joinLab(const std::string& address, const sync::Measurement& measurement,
                 const Joined& joined);
    void leave(sync::SlaveId slave);
    bool record(sync::SlaveId slave, const sync::Measurement& measurement);
    void lead(const sync::ClockState& own, std::uint32_t term, HostTime now);
    void doubt(HostTime now);
    std::optional<HostTime> readyAt() const;
    sync::CycleOutcome conclude(HostTime now, const sync::ClockState& own);

    void beginCycle();
    /// Begins a burst with the slave, whose end the cycle awaits. Returns how many exchanges it
    /// has.
    int beginBurst(sync::SlaveId slave, Nanoseconds interval);
    void endBurst(sync::SlaveId slave);

    std::size_t size() const;
    /// Returns the status of the slaves in the group.
    std::vector<sync::ClockStatus> slaves() const;

    /// Waits until every burst has ended or its slave has left, at most until `deadline`.
    void awaitBursts(Deadline deadline);
    /// Waits until there are `count` slaves, or until a stop or pause; returns false when
    /// `deadline` comes first.
    bool awaitSlaves(std::size_t count, Deadline deadline);
    /// Returns true as soon as stop() or pause() has been called, else false at `deadline`.
    bool awaitStop(Deadline deadline);
    /// Waits until there may be sync cycles; returns false at `deadline` and after stop().
    bool awaitTurn(Deadline deadline);
    bool isStopped() const;
    /// Ends every wait but awaitTurn(), now and until resume().
    void pause();
    /// Allows sync cycles again.
    void resume();
    /// Ends every wait, now and later.
    void stop();

  private:
    void publish(sync::SlaveId slave, const Joined& joined) REQUIRES(lock_);
    bool isOver() const REQUIRES(lock_) { return stopping_ || paused_ || turn_ != entered_; }

    mutable os::Mutex lock_;
    os::Condition changed_;
    sync::Group group_ GUARDED_BY(lock_);
    std::set<sync::SlaveId> inBurst_ GUARDED_BY(lock_);
    bool paused_ GUARDED_BY(lock_) = false;
    std::uint64_t turn_ GUARDED_BY(lock_) = 0;     ///< how often resume() was called
    std::uint64_t entered_ GUARDED_BY(lock_) = 0;  ///< the turn that awaitTurn() last waited for
    bool stopping_ GUARDED_BY(lock_) = false;
};

}  // namespace berkeley::node
