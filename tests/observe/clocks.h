/// Clocks, cycles and moments for the tests of what is shown.
#pragma once

#include <string>
#include <vector>

#include "observe/event_log.h"
#include "sync/cycle.h"

namespace berkeley::observe {

inline Moment at(Nanoseconds sinceStart) {
    return {HostTime{sinceStart}, GroupTime{std::chrono::hours{24} + sinceStart}};
}

inline sync::ClockStatus masterClock() {
    sync::ClockStatus clock;
    clock.name = "master";
    clock.master = true;
    clock.offset = Nanoseconds{0};
    clock.change = Nanoseconds{3};
    return clock;
}

inline sync::ClockStatus slaveClock(const std::string& name, Nanoseconds offset,
                                    sync::Standing standing = sync::Standing::counted) {
    sync::ClockStatus clock;
    clock.name = name;
    clock.address = "127.0.0.1:" + name;
    clock.standing = standing;
    clock.offset = offset;
    clock.bound = Nanoseconds{1'200};
    clock.delay = Nanoseconds{1'800};
    clock.driftPpb = -12.5;
    clock.change = Nanoseconds{3} - offset;
    return clock;
}

inline sync::ClockStatus lateClock(const std::string& name) {
    sync::ClockStatus clock;
    clock.name = name;
    clock.address = "127.0.0.1:" + name;
    clock.standing = sync::Standing::late;
    return clock;
}

inline sync::CycleStatus cycleOf(std::uint32_t number, std::vector<sync::ClockStatus> slaves) {
    sync::CycleStatus status;
    status.cycle = number;
    status.clocks = {masterClock()};
    status.clocks.insert(status.clocks.end(), slaves.begin(), slaves.end());
    status.average = Nanoseconds{3};
    status.spreadBefore = Nanoseconds{13};
    status.duration = std::chrono::milliseconds{4};
    return status;
}

}  // namespace berkeley::observe
