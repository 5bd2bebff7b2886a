#include "host/host_clock.h"

#include <stdexcept>

#include "time/units.h"

namespace berkeley::host {

HostClock::HostClock(Nanoseconds offset, double driftPpb) {
    const HostTime epoch{page::systemNow().time_since_epoch()};
    if (!isBelievable(epoch, offset)) {
        throw std::invalid_argument("a clock that is wrong by " + toOffsetText(offset) +
                                    " is outside 1970 to 2116: choose a smaller offset");
    }
    line_ = {page::RawTimeline::now(), epoch + offset, driftPpb};
}

}  // namespace berkeley::host
