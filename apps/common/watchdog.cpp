#include "common/watchdog.h"

#include <utility>

#include "time/silence.h"

namespace berkeley::apps {

Watchdog::Finding Watchdog::look(Nanoseconds silence, Nanoseconds interval) {
    // If it is shorter than before, something has come since, and then nothing again.
    if (silence <= silenceAfter(interval) || (isSilent() && silence < silence_)) {
        const bool wasSilent = std::exchange(said_, Nanoseconds::zero()) > Nanoseconds::zero();
        return wasSilent ? Finding::over : Finding::nothing;
    }
    silence_ = silence;
    if (silence <= 2 * said_) {
        return Finding::nothing;
    }
    said_ = silence;
    return Finding::silence;
}

}  // namespace berkeley::apps
