#include "page/raw_clock.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>

namespace berkeley::page {
namespace {

/// Makes only system calls: the library reads its clocks here, even where nothing may fail.
Nanoseconds read(clockid_t clock) {
    timespec time{};
    clock_gettime(clock, &time);
    return std::chrono::seconds{time.tv_sec} + Nanoseconds{time.tv_nsec};
}

int hexDigit(char c) {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

}  // namespace

RawTimeline::time_point RawTimeline::now() { return time_point{read(CLOCK_MONOTONIC_RAW)}; }

SystemTime systemNow() { return SystemTime{read(CLOCK_REALTIME)}; }

SystemTime coarseSystemNow() { return SystemTime{read(CLOCK_REALTIME_COARSE)}; }

// The two clocks are steered alike and differ in nothing else. Every look is true, so a few of them
// narrow the result.
Suspension suspension() {
    Suspension found{Nanoseconds::min(), Nanoseconds::max()};
    for (int look = 0; look < 4; ++look) {
        const Nanoseconds before = read(CLOCK_MONOTONIC);
        const Nanoseconds withSuspension = read(CLOCK_BOOTTIME);
        const Nanoseconds after = read(CLOCK_MONOTONIC);
        found.atLeast = std::max(found.atLeast, withSuspension - after);
        found.atMost = std::min(found.atMost, withSuspension - before);
    }
    return found;
}

BootId bootId() {
    char text[64] = {};
    const int file = ::open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        return {};
    }
    const ssize_t size = ::read(file, text, sizeof text);
    ::close(file);
    BootId id;
    for (const char* c = text; c < text + std::max<ssize_t>(size, 0); ++c) {
        if (const int digit = hexDigit(*c); digit >= 0) {
            id.high = id.high << 4 | id.low >> 60;
            id.low = id.low << 4 | static_cast<std::uint64_t>(digit);
        }
    }
    return id;
}

}  // namespace berkeley::page
