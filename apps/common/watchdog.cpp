#include "common/watchdog.h"

#include <algorithm>
#include <utility>

namespace berkeley {
namespace {

/// So many things have to be missing. In a shorter time than this nobody would do anything about
/// it.
constexpr int kMissing = 6;
constexpr std::chrono::seconds kAtLeast{5};

Nanoseconds usualFor(Nanoseconds interval) {
    return std::max<Nanoseconds>(kAtLeast, kMissing * interval);
}

}  // namespace

Watchdog::Watchdog(Nanoseconds interval) : usual_(usualFor(interval)), unsaid_(usual_) {}

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
    const bool wasSaid = unsaid_ != usual_;
    // A master that was started again counts anew.
    if (number > *number_) {
        usual_ = usualFor(silence_ / static_cast<Nanoseconds::rep>(number - *number_));
    }
    unsaid_ = usual_;
    number_ = number;
    last_ = now;
    return wasSaid ? Finding::over : Finding::nothing;
}

}  // namespace berkeley
