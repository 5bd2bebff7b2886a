/// What has happened lately: clocks that joined, left, count or do not count, and changes of role.
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
    excluded,  ///< does not count in the average any more, or has another standing than before
    counted,
    role,     ///< this master leads the group, or stands by
    restart,  ///< this daemon was started, or the cycles of its master are counted anew
};

/// "joined", …
std::string_view toText(EventKind kind);

struct Event {
    std::uint64_t number{};  ///< counts up
    EventKind kind{};
    GroupTime when;
    std::string clock;  ///< whose event it is; "" where it is no clock's
    std::string text;   ///< for people: "excluded: outlier"
};

/// Keeps the last ones.
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
