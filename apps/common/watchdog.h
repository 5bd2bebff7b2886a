/// Notices when numbered events stop coming: sync cycles, adjustments.
///
/// The numbers tell a caller that looks only now and then how far apart the events usually are.
/// Time is handed in. Thread safety: none.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "time/timeline.h"

namespace berkeley::apps {

class Watchdog {
  public:
    using Time = std::chrono::steady_clock::time_point;

    enum class Finding {
        nothing,  ///< to be said
        silence,  ///< begins, or has become twice as long
        over,     ///< is the silence that was found
    };

    /// Things happen every `interval`, until they have shown that it is different.
    explicit Watchdog(Nanoseconds interval);

    /// `number` is that of the latest thing.
    Finding look(std::uint64_t number, Time now);

    /// How long nothing has happened or, when that is over, how long nothing had.
    Nanoseconds silence() const { return silence_; }

    /// Whether a silence was found that is not over.
    bool isSilent() const { return unsaid_ != usual_; }

  private:
    Finding moved(std::uint64_t number, Time now);

    std::optional<std::uint64_t> number_;
    Time last_;  ///< when `number_` was seen first
    Nanoseconds silence_{};
    Nanoseconds usual_;   ///< what is longer is a silence
    Nanoseconds unsaid_;  ///< what is longer has not been said yet
};

}  // namespace berkeley::apps
