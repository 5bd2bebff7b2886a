/// Notices when what is due in every interval stops coming: sync cycles, adjustments.
///
/// Time is handed in. Thread safety: none.
#pragma once

#include "time/timeline.h"

namespace berkeley::apps {

class Watchdog {
  public:
    enum class Finding {
        nothing,  ///< to be said
        silence,  ///< begins, or has become twice as long
        over,     ///< is the silence that was found
    };

    /// Nothing has come for `silence`, where something is due in every `interval`.
    Finding look(Nanoseconds silence, Nanoseconds interval);

    /// The longest that look() was told of the silence that it found last.
    Nanoseconds silence() const { return silence_; }

    /// Whether a silence was found that is not over.
    bool isSilent() const { return said_ > Nanoseconds::zero(); }

  private:
    Nanoseconds silence_{};
    Nanoseconds said_{};  ///< how long it was when it was said last; zero when none is
};

}  // namespace berkeley::apps
