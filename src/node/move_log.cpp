#include "node/move_log.h"

#include "time/units.h"

namespace berkeley::node {

void MoveLog::moved(const sync::Change& change) {
    const std::string off = toSpanText(std::chrono::abs(change.offset));
    if (change.manner == sync::Manner::stepped) {
        logger_.warn("the clock was {} behind and was stepped forward", off);
    }
    const bool isSlowed = change.manner == sync::Manner::fastSlew;
    if (isSlowed && !isSlowed_) {
        const auto seconds = toSeconds(change.offset);
        const std::chrono::duration<double> needed{-seconds / (sync::kFastSlewPpb * 1e-9)};
        logger_.warn("the clock is {} ahead and is slowed for {}", off,
                     toSpanText(std::chrono::duration_cast<Nanoseconds>(needed)));
    }
    isSlowed_ = isSlowed;
}

}  // namespace berkeley::node
