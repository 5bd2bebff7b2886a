/// The last minute of every clock's offset, even for a group of thousands: what sparklines show.
///
/// A minute has kColumns columns; each keeps the offset farthest from zero of those that fall into
/// it. Columns begin at whole multiples of their width, so that their values do not change as time
/// passes. Time is passed in. Units: std::chrono. Thread safety: none.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>

#include "observe/group_view.h"

namespace berkeley::observe {

class Traces {
  public:
    static constexpr std::size_t kColumns = 20;
    static constexpr std::chrono::seconds kColumn{3};

    struct Value {
        std::optional<Nanoseconds> offset;  ///< absent where none is known
        bool counted{};
    };
    /// Oldest first; the last one is now.
    using Trace = std::array<Value, kColumns>;

    /// Takes the offsets of the last cycle, once.
    void add(const GroupSnapshot& group);

    /// Returns the trace as of `now`. An offset holds until the next one is due, after `interval`.
    /// All columns are empty for an unknown clock.
    Trace of(const std::string& id, HostTime now, Nanoseconds interval) const;

    /// Returns what nine in ten of the counted offsets do not exceed; zero when there are none.
    Nanoseconds scale(HostTime now) const;

  private:
    /// A column's number counts from the beginning of the timeline.
    struct Column {
        std::int64_t number{-1};
        Value value;
    };
    using Ring = std::array<Column, kColumns>;

    std::optional<std::pair<std::uint32_t, HostTime>> last_;  ///< the cycle added last
    std::map<std::string, Ring> rings_;                       ///< by id
};

}  // namespace berkeley::observe
