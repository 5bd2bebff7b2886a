/// What a following clock knows of itself: its master, what it was last told, and when.
///
/// Time is passed in. Units: std::chrono. Thread safety: none.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "observe/group_view.h"
#include "sync/timestamp_kind.h"
#include "time/pause.h"

namespace berkeley::observe {

class FollowerView {
  public:
    /// `interval` is the guess until a master announces its own; `lab` says whether it speaks the
    /// lab's text.
    FollowerView(std::string name, bool lab, Nanoseconds interval, EventLog& log);

    /// The connection to `master` is up.
    void joined(const std::string& master, std::optional<Nanoseconds> interval, Moment now);
    void timestamped(sync::TimestampKind timestamps) { timestamps_ = timestamps; }
    /// The connection is gone, if there was one.
    void left(Moment now);
    /// `change` is how far the clock moves.
    void adjusted(std::uint32_t cycle, Nanoseconds change, Moment now);

    /// The clock was last adjusted in `cycle`, and this view was not told of it: the clock has led
    /// the group itself, or continues from an earlier run.
    void goesOn(std::uint32_t cycle, HostTime adjusted);

    const std::string& master() const { return master_; }  ///< "host:port", or ""
    /// The kind of timestamps on the connection to the master, once known.
    std::optional<sync::TimestampKind> timestamps() const { return timestamps_; }
    Nanoseconds interval() const { return interval_; }  ///< from one sync cycle to the next
    std::optional<std::uint32_t> cycle() const { return cycle_; }
    std::optional<HostTime> adjustedAt() const { return adjustedAt_; }
    /// Whether the clock was adjusted, but no adjustment has come for too long.
    bool holdoverAt(HostTime now) const;

    /// Returns a view of this clock itself; `bound` is its bound now.
    ClockView clockAt(HostTime now, std::optional<Nanoseconds> bound,
                      PauseKind suspect = PauseKind::none) const;

  private:
    std::string name_;
    bool lab_;
    Nanoseconds interval_;
    EventLog& log_;
    std::string master_;
    std::optional<sync::TimestampKind> timestamps_;
    std::optional<std::uint32_t> cycle_;
    std::optional<HostTime> adjustedAt_;
    std::optional<Nanoseconds> change_;
};

}  // namespace berkeley::observe
