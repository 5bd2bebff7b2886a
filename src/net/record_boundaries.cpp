#include "record_boundaries.h"

#include <algorithm>

namespace berkeley::net {

void RecordBoundaries::feed(std::span<const std::byte> bytes) {
    const bool fromTheStart = !within();
    int ended = 0;
    while (!bytes.empty()) {
        bytes = bytes.subspan(take(bytes));
        ended += within() ? 0 : 1;
    }
    fedOneRecord_ = fromTheStart && ended == 1 && !within();
}

/// Takes bytes up to the end of the header or of the record; returns how many.
std::size_t RecordBoundaries::take(std::span<const std::byte> bytes) {
    std::size_t taken = 0;
    if (header_ < begin_.size()) {
        taken = std::min(bytes.size(), begin_.size() - header_);
        std::copy_n(bytes.begin(), taken, begin_.begin() + static_cast<std::ptrdiff_t>(header_));
        header_ += taken;
        body_ =
            std::to_integer<std::size_t>(begin_[3]) << 8 | std::to_integer<std::size_t>(begin_[4]);
    } else {
        taken = std::min(bytes.size(), body_);
        body_ -= taken;
    }
    if (header_ == begin_.size() && body_ == 0) {
        header_ = 0;
    }
    return taken;
}

}  // namespace berkeley::net
