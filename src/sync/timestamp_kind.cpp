#include "sync/timestamp_kind.h"

namespace berkeley::sync {

std::string_view toText(TimestampKind kind) {
    switch (kind) {
        case TimestampKind::kernel:
            return "kernel receive and transmit timestamps";
        case TimestampKind::kernelReceive:
            return "kernel receive timestamps";
        case TimestampKind::userSpace:
            break;
    }
    return "user-space timestamps";
}

}  // namespace berkeley::sync
