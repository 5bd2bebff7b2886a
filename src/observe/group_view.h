/// The group as its sync cycles show it, those clocks included that have left lately.
///
/// Time is handed in. Units: std::chrono. Thread safety: none; a snapshot is a value.
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
    /// Unique here: its name, and its address where another clock has
    /// that name.
    std::string id;
    /// In the last cycle; of a lost clock the figures are those of the last one that it was in.
    sync::ClockStatus status;
    std::optional<HostTime> lastSeen;  ///< when it answered last, if ever
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

/// Of a cycle; `ended` is left to the caller.
CycleFigures figuresOf(const sync::CycleStatus& status);

/// There are too few slaves for a sync cycle.
struct Shortage {
    std::size_t slaves{};
    std::size_t needed{};
};

struct GroupSnapshot {
    std::optional<CycleFigures> cycle;  ///< the last one
    std::optional<Shortage> shortage;   ///< since then
    std::vector<ClockView> clocks;      ///< the master's first, lost ones last, each by id
};

class GroupView {
  public:
    /// How long a clock that has left is kept, and how many of them.
    static constexpr std::chrono::minutes kLostKept{10};
    static constexpr std::size_t kMostLost = 100;

    /// Tells `log`, which outlives it, who comes and leaves.
    explicit GroupView(EventLog& log) : log_(log) {}

    void cycleEnded(const sync::CycleStatus& status, Moment now);
    /// There was none: these slaves are there, and have not been asked.
    void cycleSkipped(const std::vector<sync::ClockStatus>& slaves, std::size_t needed, Moment now);
    /// Another master leads the group.
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
