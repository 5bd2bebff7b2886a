/// The slaves that the master knows, and what their clocks have shown so far.
///
/// Units: std::chrono, or in the name. Thread safety: none; the node keeps a lock around it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "berkeley/sync/adjustment.h"
#include "berkeley/sync/drift_limit.h"
#include "berkeley/sync/estimator.h"
#include "berkeley/sync/exchange.h"

namespace berkeley {

/// Never given twice by one master.
using SlaveId = std::uint64_t;

/// What a slave's own group clock showed, on the slave's unsteered clock.
struct ClockReading {
    HostTime sent;
    Nanoseconds correction{};  ///< group time minus host time at `sent`
    std::optional<Deviation>
        deviation{};  ///< of its correction at `sent`; absent when it was never adjusted
};

struct Member {
    std::string name;
    std::string address;
    bool lab{};  ///< speaks the lab's text: one-way reports, and a clock that nobody steers
    OffsetEstimator estimator{};
    bool counts{};    ///< has been on the group's line since it joined
    bool settled{};   ///< its offset is known better than from itself, since it joined or was set
    bool expected{};  ///< was on the roster already when the present sync cycle began
    std::optional<ClockReading> reading{};
    HostTime heard{};    ///< when the reading arrived, on the master's unsteered clock
    bool inThisCycle{};  ///< whether that was after the present sync cycle began

    /// Whether its reading is fresh enough for the average of a sync cycle that ends at `now`.
    bool answered(HostTime now) const;
};

class Roster {
  public:
    explicit Roster(DriftLimit driftLimit = {}) : driftLimit_(driftLimit) {}

    /// `rememberedDriftPpb` as for OffsetEstimator.
    SlaveId join(std::string name, std::string address, bool lab,
                 std::optional<double> rememberedDriftPpb = std::nullopt);
    void leave(SlaveId slave);

    /// A slave that joins with a clock that was adjusted already is probably on this line of the
    /// group.
    void expectOn(const Adjustment& line) { line_ = line; }

    /// From now on every slave has to answer anew.
    void beginCycle();
    /// How many polls the burst has (none with a slave that has left), when sync cycles are that
    /// far apart.
    int beginBurst(SlaveId slave, Nanoseconds interval);

    /// From now on its clock counts in the average.
    void count(SlaveId slave);
    /// From now on it is told its correction, until a clock is set.
    void settle(SlaveId slave);

    /// False when the exchange contradicts itself; then nothing was recorded. Unknown slaves, which
    /// have just left, are ignored.
    bool record(SlaveId slave, const Exchange& exchange, const ClockReading& reading);

    std::size_t size() const { return members_.size(); }
    const std::map<SlaveId, Member>& members() const { return members_; }

  private:
    DriftLimit driftLimit_;
    SlaveId lastId_ = 0;
    std::optional<Adjustment> line_;
    std::map<SlaveId, Member> members_;
};

}  // namespace berkeley
