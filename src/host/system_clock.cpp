#include "host/system_clock.h"

#include <sys/timex.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <system_error>

#include "os/error.h"

namespace berkeley::host {
namespace {

/// The kernel's unit of frequency is 2^-16 ppm, and its limit 500 ppm.
constexpr double kUnitsPerPpb = 65.536;
constexpr double kKernelLimitPpb = 500'000;

timex adjust(timex request) {
    if (::clock_adjtime(CLOCK_REALTIME, &request) < 0) {
        const std::error_code why = os::lastError();
        throw os::systemError("cannot steer the system clock",
                              why == std::errc::operation_not_permitted
                                  ? "run as root or with CAP_SYS_TIME, or leave --clock at software"
                                  : "leave --clock at software",
                              why);
    }
    return request;
}

timex requestFor(unsigned modes) {
    timex request{};
    request.modes = modes;
    return request;
}

}  // namespace

KernelClock::KernelClock() { setFrequencyPpb(frequencyPpb()); }

SystemTime KernelClock::now() const { return page::systemNow(); }

void KernelClock::step(Nanoseconds by) {
    timex request = requestFor(ADJ_SETOFFSET | ADJ_NANO);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(by);
    request.time.tv_sec = seconds.count();
    request.time.tv_usec = (by - seconds).count();
    adjust(request);
}

void KernelClock::slew(Nanoseconds by) {
    timex request = requestFor(ADJ_OFFSET_SINGLESHOT);
    request.offset = std::chrono::round<std::chrono::microseconds>(by).count();
    adjust(request);
}

double KernelClock::frequencyPpb() const {
    return static_cast<double>(adjust(requestFor(0)).freq) / kUnitsPerPpb;
}

void KernelClock::setFrequencyPpb(double ppb) {
    timex request = requestFor(ADJ_FREQUENCY);
    request.freq = std::lround(std::clamp(ppb, -kKernelLimitPpb, kKernelLimitPpb) * kUnitsPerPpb);
    adjust(request);
}

SystemFollower::~SystemFollower() {
    try {
        clock_.slew(Nanoseconds::zero());
        clock_.setFrequencyPpb(frequencyBeforePpb_);
    } catch (const std::exception&) {
        // A clock that could be steered a moment ago and cannot be now is no longer ours.
    }
}

void SystemFollower::follow(const HostClock& host, const sync::ClockState& state) {
    const HostTime before = host.now();
    const SystemTime shown = clock_.now();
    const HostTime looked = before + (host.now() - before) / 2;
    const Nanoseconds offset = state.line.groupTimeAt(looked).time_since_epoch() +
                               state.line.pendingAt(looked) - shown.time_since_epoch();
    clock_.setFrequencyPpb(state.line.frequencyPpb);
    if (steps_ == state.steps) {
        clock_.slew(offset);
    } else {
        clock_.step(offset);
        steps_ = state.steps;
    }
}

}  // namespace berkeley::host
