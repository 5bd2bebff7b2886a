/// The roster that the master's threads share: a lock around it, and the wait for a cycle's
/// answers.
///
/// Thread safety: any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "berkeley/sync/cycle.h"
#include "berkeley/sync/roster.h"

namespace berkeley {

class SharedRoster {
  public:
    using Deadline = std::chrono::steady_clock::time_point;

    /// `groupFrequencyPpb` is the rate of the group's time before the first cycle.
    explicit SharedRoster(double groupFrequencyPpb, DriftLimit driftLimit = {})
        : roster_(driftLimit), rate_(groupFrequencyPpb) {}

    /// `frequencyPpb` is that of the slave's group clock, now or in an earlier run.
    SlaveId join(const std::string& name, const std::string& address,
                 std::optional<double> frequencyPpb);
    /// With its first report, so that no sync cycle finds a lab slave that has not answered.
    SlaveId joinLab(const std::string& address, const Exchange& exchange,
                    const ClockReading& reading);
    void leave(SlaveId slave);
    bool record(SlaveId slave, const Exchange& exchange, const ClockReading& reading);

    void beginCycle();
    /// A burst with the slave begins; the cycle waits for its end. How many exchanges it has.
    int beginBurst(SlaveId slave, Nanoseconds interval);
    void endBurst(SlaveId slave);

    std::size_t size() const;
    /// Who is there.
    std::vector<ClockStatus> slaves() const;

    /// Waits until every burst has ended or its slave has left; no longer than `deadline`.
    void awaitBursts(Deadline deadline);
    /// Waits until there are that many slaves; false when `deadline` comes first.
    bool awaitSlaves(std::size_t count, Deadline deadline);
    /// True at once when stop() or pause() was called, else false at `deadline`.
    bool awaitStop(Deadline deadline);
    /// Waits until there may be sync cycles; false at `deadline` and after stop().
    bool awaitTurn(Deadline deadline);
    bool isStopped() const;
    /// Ends every wait, now and until resume().
    void pause();
    /// There may be sync cycles again: of a group that is on `line`, if that is given.
    void resume(const std::optional<Adjustment>& line);
    /// Ends every wait, now and later.
    void stop();

    CycleOutcome conclude(std::uint32_t cycle, HostTime now, const Adjustment& group,
                          const ClockState& master, const CycleOptions& options);

  private:
    bool isOver() const { return stopping_ || paused_ || turn_ != entered_; }

    mutable std::mutex lock_;  ///< guards everything below
    std::condition_variable changed_;
    Roster roster_;
    std::set<SlaveId> inBurst_;
    GroupRate rate_;
    bool paused_ = false;
    std::uint64_t turn_ = 0;     ///< how often resume() was called
    std::uint64_t entered_ = 0;  ///< the turn for which awaitTurn() has waited
    bool stopping_ = false;
};

}  // namespace berkeley
