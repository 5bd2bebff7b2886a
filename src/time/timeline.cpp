#include "time/timeline.h"

#include <cassert>
#include <cmath>

namespace berkeley {
inline namespace time {

Nanoseconds driftOver(Nanoseconds elapsed, double ppb) {
    assert(std::abs(ppb) <= 1e9);
    return Nanoseconds{std::llrint(static_cast<double>(elapsed.count()) * ppb * 1e-9)};
}

}  // namespace time
}  // namespace berkeley
