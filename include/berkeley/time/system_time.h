/// The system clock's time (CLOCK_REALTIME), in which the kernel's timestamps come.
///
/// It is set and steered by whoever administers the machine, so nothing is measured in it: a
/// kernel's timestamp is turned into host time at once. Unit: nanoseconds since 1970-01-01 00:00
/// UTC.
#pragma once

#include <chrono>

#include "berkeley/time/timeline.h"

namespace berkeley {

using SystemTime = std::chrono::sys_time<Nanoseconds>;

}  // namespace berkeley
