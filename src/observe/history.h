/// How the offsets were in the last hour and more, in bounded memory.
///
/// Points are at least kApart apart, so of faster cycles only some are kept. Of a large group a
/// point has quantiles, and the clocks that are farthest from the middle; of a small one, each
/// clock. All of it takes 8 MB with 50 clocks, and 26 MB where no two points have the same clocks.
/// Time is handed in. Units: std::chrono. Thread safety: none; points never change, so readers may
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

/// Of the offsets that are known; as the smallest value that such a part of them does not exceed.
struct OffsetQuantiles {
    Nanoseconds min, p5, p25, p50, p75, p95, max;
};

struct HistoryPoint {
    /// What only a cycle of the own group has.
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
    std::optional<Nanoseconds> bound;  ///< of the own clock
    std::shared_ptr<const std::vector<std::string>> names;
    std::vector<HistoryOffset> offsets;        ///< one for each of the names
    std::optional<OffsetQuantiles> quantiles;  ///< of a large group
};

/// Of the snapshot's last cycle, which there is.
HistoryPoint pointOf(const GroupSnapshot& group, std::optional<Nanoseconds> ownBound);

/// Of a clock that follows another, and was adjusted.
HistoryPoint pointOf(const std::string& name, std::uint32_t cycle, GroupTime when,
                     Nanoseconds change, Nanoseconds bound);

class History {
  public:
    static constexpr std::size_t kKept = 4096;
    static constexpr std::chrono::milliseconds kApart{900};
    /// A group with more clocks is a large one.
    static constexpr std::size_t kMostClocks = 50;
    static constexpr std::size_t kFarthest = 20;

    using Points = std::vector<std::shared_ptr<const HistoryPoint>>;

    /// Unless the last one was taken less than kApart ago.
    void add(HistoryPoint point, HostTime now);

    /// Those from index `since` on that are kept: at most kMostPoints, and fewer when there are
    /// more than kMostOffsets in them.
    Points since(std::uint64_t index) const;
    static constexpr std::size_t kMostPoints = 1200;
    static constexpr std::size_t kMostOffsets = 24'000;

    /// The index of the next point that will be added.
    std::uint64_t next() const { return next_; }

  private:
    std::uint64_t next_ = 0;
    HostTime last_;
    std::deque<std::shared_ptr<const HistoryPoint>> points_;
};

}  // namespace berkeley::observe
