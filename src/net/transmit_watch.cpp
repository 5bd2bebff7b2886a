#include "net/transmit_watch.h"

namespace berkeley::net {

void TransmitWatch::wanted(std::size_t size) {
    passed(size);
    wanted_ = bytes_ - 1;
    stamp_.reset();
}

void TransmitWatch::stamped(std::uint32_t number, SystemTime when) {
    if (number == wanted_ && !stamp_) {
        stamp_ = when;
    }
}

}  // namespace berkeley::net
