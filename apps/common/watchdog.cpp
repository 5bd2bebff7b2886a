#include "common/watchdog.h"

#include "time/silence.h"

namespace berkeley::apps {

Watchdog::Watchdog(Nanoseconds interval) : usual_(silenceAfter(interval)), unsaid_(usual_) {}

Watchdog::Finding Watchdog::look(std::uint64_t number, Time now) {
    if (!number_) {
        number_ = number;
        last_ = now;
    }
    silence_ = now - last_;
    if (number != number_) {
        return moved(number, now);
    }
    if (silence_ <= unsaid_) {
        return Finding::nothing;
    }
    unsaid_ = 2 * silence_;
    return Finding::silence;
}

Watchdog::Finding Watchdog::moved(std::uint64_t number, Time now) {
    const bool wasSaid = isSilent();
    // A master that was started again counts anew.
    if (number > *number_) {
        usual_ = silenceAfter(silence_ / static_cast<Nanoseconds::rep>(number - *number_));
    }
    unsaid_ = usual_;
    number_ = number;
    last_ = now;
    return wasSaid ? Finding::over : Finding::nothing;
}

}  // namespace berkeley::apps
