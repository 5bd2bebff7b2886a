/// The outcome of one sync cycle: how each clock did and what it is told.
///
/// Units: std::chrono, or in the name; offsets are clock minus master. Thread safety: values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sync/adjustment.h"
#include "sync/roster.h"
#include "sync/standing.h"

namespace berkeley::sync {

/// One clock in one sync cycle. An unknown figure is absent, never zero; all figures of a late
/// clock are absent.
struct ClockStatus {
    std::string name;
    std::string address;  ///< "" for the master's own clock
    bool master{};
    bool lab{};
    Standing standing{};
    std::optional<Nanoseconds> offset;  ///< group clock minus the master's group clock
    std::optional<Nanoseconds> bound;   ///< largest possible error of `offset`
    std::optional<Nanoseconds> delay;   ///< shortest round trip of the burst
    std::optional<double> driftPpb;     ///< of the unsteered clock against the master's
    std::optional<Nanoseconds> change;  ///< how much its adjustment changes this clock
};

struct CycleStatus {
    std::uint32_t cycle{};            ///< counted from 1
    GroupTime when;                   ///< when it ended
    std::vector<ClockStatus> clocks;  ///< the master first, then by name
    Nanoseconds average{};            ///< how far the group's time moves, seen from its old line
    Nanoseconds spreadBefore{};       ///< largest minus smallest offset of the counted clocks
    Nanoseconds duration{};           ///< from the first poll to the last adjustment
    Nanoseconds lateness{};           ///< how long after its turn it began
    Membership membership{};          ///< of the group in which the cycle took place
    /// How far the master's line was from that of the members, if they contradict it.
    std::optional<Nanoseconds> contradiction{};
    double dragPpb{};  ///< the rate at which the averages of the last minute have moved the line
};

struct CycleOutcome {
    CycleStatus status;
    /// Also the group's new line. Absent while the line is unknown; then the slaves get no
    /// adjustments either.
    std::optional<Adjustment> master;
    std::vector<std::pair<SlaveId, Adjustment>> adjustments;  ///< for those that answered
};

/// Returns the status of a slave that was not polled: only its identity.
ClockStatus statusOf(const Member& member);

}  // namespace berkeley::sync
