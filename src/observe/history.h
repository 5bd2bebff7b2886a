/// How the offsets were in the last hour and longer, in bounded memory.
///
/// Points are at least kApart apart, so only some of a faster group's cycles are kept. A point of a
/// large group has quantiles and the clocks farthest from the middle; one of a small group has each
/// clock. In all it takes 8 MB with 50 clocks, and 26 MB if no two points have the same clocks.
/// Time is passed in. Units: std::chrono. Thread safety: none; points never change, so readers may
/// share them.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "observe/group_view.h"

namespace berkeley::observe {

struct HistoryOffset {
    static constexpr Nanoseconds kUnknown = Nanoseconds::min();

    std::optional<Nanoseconds> offset() const { return known(value); }
    std::optional<Nanoseconds> bound() const { return known(limit); }

    Nanoseconds value = kUnknown;
    Nanoseconds limit = kUnknown;  ///< of its error
    bool counted{};

  private:
    static std::optional<Nanoseconds> known(Nanoseconds figure) {
        return figure == kUnknown ? std::nullopt : std::optional{figure};
    }
};

/// Quantiles of the known offsets: each is the smallest value that the given fraction of them does
/// not exceed.
struct OffsetQuantiles {
    Nanoseconds min, p5, p25, p50, p75, p95, max;
};

struct HistoryPoint {
    /// What only a cycle of a group that this clock leads has.
    struct Group {
        Nanoseconds average{};
        Nanoseconds spread{};
        std::size_t counted{};
        std::size_t clocks{};
    };

    std::uint64_t index{};  ///< counts up, without gaps
    std::uint32_t cycle{};
    GroupTime when;
    std::optional<Group> group;
    std::optional<Nanoseconds> bound;  ///< of this clock itself
    std::shared_ptr<const std::vector<std::string>> names;
    std::vector<HistoryOffset> offsets;        ///< one for each name
    std::optional<OffsetQuantiles> quantiles;  ///< of a large group
};

/// Makes the point of the snapshot's last cycle, which must exist.
HistoryPoint pointOf(const GroupSnapshot& group, std::optional<Nanoseconds> ownBound);

/// Makes the point of a clock that follows a master and was adjusted.
HistoryPoint pointOf(const std::string& name, std::uint32_t cycle, GroupTime when,
                     Nanoseconds change, Nanoseconds bound);

class History {
  public:
    static constexpr std::size_t kKept = 4096;
    static constexpr std::chrono::milliseconds kApart{900};
    /// A group with more clocks than this is large.
    static constexpr std::size_t kMostClocks = 50;
    static constexpr std::size_t kFarthest = 20;

    using Points = std::vector<std::shared_ptr<const HistoryPoint>>;

    /// Adds the point, unless the last one was added less than kApart ago.
    void add(HistoryPoint point, HostTime now);

    /// Returns the points that are kept, from `index` on: at most kMostPoints, and fewer when these
    /// would have more than kMostOffsets offsets.
    Points since(std::uint64_t index) const;
    static constexpr std::size_t kMostPoints = 1200;
    static constexpr std::size_t kMostOffsets = 24'000;

    /// Returns the index of the next point to be added.
    std::uint64_t next() const { return next_; }

  private:
    std::uint64_t next_ = 0;
    HostTime last_;
    std::deque<std::shared_ptr<const HistoryPoint>> points_;
};

}  // namespace berkeley::observe
