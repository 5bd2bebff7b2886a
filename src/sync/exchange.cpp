#include "sync/exchange.h"

#include <algorithm>

#include "sync/drift_limit.h"

namespace berkeley::sync {

std::optional<Sample> toSample(const Exchange& exchange) {
    const auto& [t1, t2, t3, t4] = exchange;
    if (t3 < t2 || t4 < t1) {
        return std::nullopt;
    }
    const Nanoseconds delay = (t4 - t1) - (t3 - t2);
    // A fast clock may count more time than there was if the slave was held up before it answered.
    if (delay < -driftOver(t3 - t2, kFastestPpb)) {
        return std::nullopt;
    }
    const auto [low, high] = std::minmax({t3 - t4, t2 - t1});
    return Sample{.when = t4,
                  .offset = {low, high},
                  .delay = std::max(delay, Nanoseconds::zero()),
                  .duration = t4 - t1};
}

}  // namespace berkeley::sync
