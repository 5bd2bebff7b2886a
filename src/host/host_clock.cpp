#include "berkeley/host/host_clock.h"

#include <ctime>
#include <stdexcept>

#include "berkeley/time/units.h"

namespace berkeley {
namespace {

Nanoseconds read(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return std::chrono::seconds{time.tv_sec} + Nanoseconds{time.tv_nsec};
}

}  // namespace

RawTimeline::time_point RawTimeline::now() { return time_point{read(CLOCK_MONOTONIC_RAW)}; }

SystemTime systemNow() { return SystemTime{read(CLOCK_REALTIME)}; }

HostTime HostLine::at(RawTime time) const {
    return host + (time - raw) + driftOver(time - raw, driftPpb);
}

HostClock::HostClock(Nanoseconds offset, double driftPpb) {
    const HostTime epoch{systemNow().time_since_epoch()};
    if (!isBelievable(epoch, offset)) {
        throw std::invalid_argument("a clock that is wrong by " + toOffsetText(offset) +
                                    " leaves the years 1970 to 2116: choose a smaller offset");
    }
    line_ = {RawTimeline::now(), epoch + offset, driftPpb};
}

}  // namespace berkeley
