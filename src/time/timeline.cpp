#include "berkeley/time/timeline.h"

#include <cmath>

namespace berkeley {

Nanoseconds driftOver(Nanoseconds elapsed, double ppb) {
    return Nanoseconds{std::llrint(static_cast<double>(elapsed.count()) * ppb * 1e-9)};
}

}  // namespace berkeley
