#include "node/frame_deadline.h"

#include <algorithm>

#include "time/units.h"

namespace berkeley::node {

void FrameDeadline::fed(std::size_t frames, std::size_t pending, Time now) {
    if (frames > 0) {
        deadline_.reset();
    }
    if (pending > 0 && !deadline_) {
        begin(now);
    }
}

std::optional<FrameDeadline::Patience> FrameDeadline::left(Time now) const {
    if (!deadline_) {
        return std::nullopt;
    }
    return std::max(Patience::zero(), std::chrono::ceil<Patience>(*deadline_ - now));
}

std::string FrameDeadline::lateText() const {
    return "began a frame and did not finish it within " + toOptionText(patience_);
}

}  // namespace berkeley::node
