/// The last minute of every clock's offset, a group of thousands included: what sparklines show.
///
/// A minute has kColumns columns; of the offsets that fall into one the farthest from zero stays.
/// Columns begin at whole multiples of their width, so that they do not change their values as time
/// goes on. Time is handed in. Units: std::chrono. Thread safety: none.
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
    /// The oldest first; the last one is now.
    using Trace = std::array<Value, kColumns>;

    /// Takes the offsets of the last cycle, once.
    void add(const GroupSnapshot& group);

    /// As of `now`. An offset holds until the next one is due, after `interval`. Empty columns
    /// only, of a clock that is not known.
    Trace of(const std::string& id, HostTime now, Nanoseconds interval) const;

    /// What nine in ten of the counted offsets do not exceed; zero when there is none.
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
