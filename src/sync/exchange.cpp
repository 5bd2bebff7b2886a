#include "berkeley/sync/exchange.h"

namespace berkeley {

std::optional<Sample> toSample(const Exchange& exchange) {
    const auto& [t1, t2, t3, t4] = exchange;
    if (t3 < t2 || t4 < t1) {
        return std::nullopt;
    }
    const Nanoseconds delay = (t4 - t1) - (t3 - t2);
    if (delay < Nanoseconds::zero()) {
        return std::nullopt;
    }
    return Sample{.when = t4, .offset = {t3 - t4, t2 - t1}, .delay = delay};
}

}  // namespace berkeley
