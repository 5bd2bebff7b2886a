/// What has happened recently: clocks that joined, left, count or do not count, and changes of
/// role.
///
/// Thread safety: none.
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "time/timeline.h"

namespace berkeley::observe {

/// One instant on both timelines: ages are reckoned in host time, people are shown group time.
struct Moment {
    HostTime host;
    GroupTime group;
};

enum class EventKind {
    joined,
    left,
    excluded,  ///< no longer counts in the average, or is excluded for a different reason
    counted,
    role,     ///< this master leads the group, or stands by
    restart,  ///< this daemon was started, or its master counts the cycles anew
};

/// "joined", …
std::string_view toText(EventKind kind);

struct Event {
    std::uint64_t number{};  ///< counts up
    EventKind kind{};
    GroupTime when;
    std::string clock;  ///< the clock that it is about; "" if it is about none
    std::string text;   ///< for people: "excluded: outlier"
};

/// Keeps the latest events.
class EventLog {
  public:
    static constexpr std::size_t kKept = 200;

    void add(EventKind kind, GroupTime when, std::string clock, std::string text);

    /// Oldest first.
    const std::deque<Event>& events() const { return events_; }

  private:
    std::uint64_t added_ = 0;
    std::deque<Event> events_;
};

}  // namespace berkeley::observe
