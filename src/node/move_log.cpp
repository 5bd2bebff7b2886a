#include "node/move_log.h"

#include "time/units.h"

namespace berkeley {

void MoveLog::moved(const Change& change) {
    const std::string off = toSpanText(std::chrono::abs(change.offset));
    if (change.manner == Manner::stepped) {
        logger_.warn("the clock was {} behind and has stepped forward", off);
    }
    const bool isSlowed = change.manner == Manner::fastSlew;
    if (isSlowed && !isSlowed_) {
        const auto seconds = std::chrono::duration<double>(change.offset).count();
        const std::chrono::duration<double> needed{-seconds / (kFastSlewPpb * 1e-9)};
        logger_.warn("the clock is {} ahead and is slowed down for {}", off,
                     toSpanText(std::chrono::duration_cast<Nanoseconds>(needed)));
    }
    isSlowed_ = isSlowed;
}

}  // namespace berkeley
