/// The group as its sync cycles show it, including the clocks that have left recently.
///
/// Time is passed in. Units: std::chrono. Thread safety: none; a snapshot is a value.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "observe/event_log.h"
#include "sync/cycle.h"

namespace berkeley::observe {

struct ClockView {
    /// Unique here: its name, with its address where another clock has that name.
    std::string id;
    /// Its status in the last cycle; for a lost clock, the figures are those of the last cycle that
    /// it was in.
    sync::ClockStatus status;
    std::optional<HostTime> lastSeen;  ///< when it last answered, if ever
};

/// A cycle without its clocks.
struct CycleFigures {
    std::uint32_t cycle{};
    Moment ended;
    Nanoseconds average{};
    Nanoseconds spreadBefore{};
    Nanoseconds duration{};
    std::size_t counted{};
    std::size_t clocks{};
};

/// Returns the figures of a cycle; `ended` is left to the caller.
CycleFigures figuresOf(const sync::CycleStatus& status);

/// There are too few slaves for a sync cycle.
struct Shortage {
    std::size_t slaves{};
    std::size_t needed{};
};

struct GroupSnapshot {
    std::optional<CycleFigures> cycle;  ///< the last one
    std::optional<Shortage> shortage;   ///< since then
    std::vector<ClockView> clocks;      ///< the master's first, lost ones last, otherwise by id
};

class GroupView {
  public:
    /// How long clocks that have left are kept, and how many of them.
    static constexpr std::chrono::minutes kLostKept{10};
    static constexpr std::size_t kMostLost = 100;

    /// Tells `log`, which must outlive it, which clocks come and leave.
    explicit GroupView(EventLog& log) : log_(log) {}

    void cycleEnded(const sync::CycleStatus& status, Moment now);
    /// There was no cycle: these slaves are connected, but were not asked.
    void cycleSkipped(const std::vector<sync::ClockStatus>& slaves, std::size_t needed, Moment now);
    /// Another master now leads the group.
    void clear();

    GroupSnapshot snapshot() const;

  private:
    std::vector<std::string> idsOf(const std::vector<sync::ClockStatus>& clocks) const;
    void replaceAll(const std::vector<sync::ClockStatus>& clocks, Moment now);
    void take(const std::string& id, const sync::ClockStatus& status, Moment now);
    void tellOf(const ClockView& before, const ClockView& after, Moment now);
    void lose(ClockView& clock, Moment now);
    void dropLost(Moment now);

    EventLog& log_;
    std::optional<CycleFigures> cycle_;
    std::optional<Shortage> shortage_;
    std::map<std::string, ClockView> clocks_;  ///< by id
};

}  // namespace berkeley::observe
