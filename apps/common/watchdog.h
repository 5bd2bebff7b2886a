/// Notices when what is due in every interval stops coming: sync cycles, adjustments.
///
/// The caller passes in the time. Thread safety: none.
#pragma once

#include "time/timeline.h"

namespace berkeley::apps {

class Watchdog {
  public:
    enum class Finding {
        nothing,  ///< new to report
        silence,  ///< has begun, or has become twice as long
        over,     ///< the silence that was found has ended
    };

    /// Takes how long nothing has come, when something is due in every `interval`.
    Finding look(Nanoseconds silence, Nanoseconds interval);

    /// Returns the longest that look() was told for the silence that it found last.
    Nanoseconds silence() const { return silence_; }

    /// Returns whether a silence was found that is not over.
    bool isSilent() const { return said_ > Nanoseconds::zero(); }

  private:
    Nanoseconds silence_{};
    Nanoseconds said_{};  ///< how long it was when last reported; zero if there is none
};

}  // namespace berkeley::apps
