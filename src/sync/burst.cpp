#include "berkeley/sync/burst.h"

#include <algorithm>
#include <cassert>
#include <cmath>

namespace berkeley {
namespace {

/// With a clock whose drift is not known.
constexpr double kNew = 16;
/// The first exchange warms the path, the last one is not completed; two are exact.
constexpr double kFewest = 4;
constexpr double kMost = 8;
/// Of n exchanges the best one is delayed by the usual jitter over n: this is as good as the
/// timestamps are.
constexpr double kGoodEnough = 50;
/// What one master does in a second with a fraction of a core.
constexpr double kExchangesPerSecond = 10'000;

}  // namespace

int burstLength(const std::optional<Estimate>& estimate, std::size_t slaves, Nanoseconds interval) {
    assert(interval > Nanoseconds::zero());
    const double seconds = std::chrono::duration<double>(interval).count();
    const double affordable =
        kExchangesPerSecond * seconds / static_cast<double>(std::max<std::size_t>(slaves, 1));
    double wanted = kNew;
    if (estimate && estimate->driftKnown()) {
        const double jitter = static_cast<double>(estimate->jitter.count());
        wanted = std::clamp(kFewest + jitter / kGoodEnough, kFewest, kMost);
    }
    return static_cast<int>(std::max(1.0, std::floor(std::min(wanted, affordable))));
}

}  // namespace berkeley
