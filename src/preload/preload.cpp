// Shows the group's time to a program that asks for the system clock. It is loaded before libc, as
// "berkeleyctl run" does. Other clocks pass through. Until there is a page, the time is the
// system's.
//
// It may be called at any time: before main, in a forked child, in a signal handler. So it takes no
// lock, allocates nothing and leaves errno alone.
#include <dlfcn.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "page/group_page.h"

#define EXPORTED __attribute__((visibility("default")))

// Reads the clocks as they are without this library. The linker sends each call of clock_gettime()
// here.
// NOLINTNEXTLINE(bugprone-reserved-identifier): that is how the linker names it
extern "C" int __wrap_clock_gettime(clockid_t clock, timespec* time);

namespace {

using namespace berkeley;
using namespace std::chrono_literals;

using ClockGettime = int (*)(clockid_t, timespec*);

/// libc's function; while it is unknown, the kernel is asked directly.
constinit std::atomic<ClockGettime> libcClockGettime{nullptr};

/// Constructed before anything runs, and never destroyed: threads may outlive main.
union Forever {
    constexpr Forever() : page() {}
    ~Forever() {}  // NOLINT(modernize-use-equals-default): that would be a deleted one
    page::GroupPage page;
};
constinit Forever group;
/// The page that the environment names, which is tried again; "" for that of this machine's daemon,
/// which is looked for only once.
constinit page::Path path{};

enum class State { closed, opening, open };
constinit std::atomic<State> state{State::closed};
constinit std::atomic<std::int64_t> nextTry{0};  ///< in raw time

void tryToOpen() {
    const std::int64_t now = page::RawTimeline::now().time_since_epoch().count();
    State expected = State::closed;
    if (path.front() == '\0' || now < nextTry.load(std::memory_order_relaxed) ||
        !state.compare_exchange_strong(expected, State::opening, std::memory_order_acquire)) {
        return;
    }
    const int code = errno;
    nextTry.store(now + Nanoseconds{1s}.count(), std::memory_order_relaxed);
    const bool open = group.page.open(path.data()) == page::Error::none;
    state.store(open ? State::open : State::closed, std::memory_order_release);
    errno = code;
}

/// Reads the group's time; returns false while there is no page.
bool readGroup(timespec& time) {
    if (state.load(std::memory_order_acquire) != State::open) {
        tryToOpen();
        if (state.load(std::memory_order_acquire) != State::open) {
            return false;
        }
    }
    const Nanoseconds now = group.page.now().time.time_since_epoch();
    const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
    time = {static_cast<time_t>(seconds.count()), static_cast<long>((now - seconds).count())};
    return true;
}

/// Reads the environment here only, as other threads may change it later.
__attribute__((constructor)) void begin() {
    libcClockGettime.store(reinterpret_cast<ClockGettime>(::dlsym(RTLD_NEXT, "clock_gettime")),
                           std::memory_order_release);
    if (group.page.open(nullptr) == page::Error::none) {
        state.store(State::open, std::memory_order_release);
    } else {
        std::strcpy(path.data(), group.page.path());
    }
}

timespec now() {
    timespec time{};
    if (!readGroup(time)) {
        __wrap_clock_gettime(CLOCK_REALTIME, &time);
    }
    return time;
}

}  // namespace

extern "C" {

// NOLINTNEXTLINE(bugprone-reserved-identifier)
int __wrap_clock_gettime(clockid_t clock, timespec* time) {
    if (const ClockGettime libc = libcClockGettime.load(std::memory_order_acquire)) {
        return libc(clock, time);
    }
    return static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
}

EXPORTED int clock_gettime(clockid_t clock, timespec* time) noexcept {
    const bool isSystem = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
    if (isSystem && readGroup(*time)) {
        return 0;
    }
    return __wrap_clock_gettime(clock, time);
}

EXPORTED int gettimeofday(timeval* time, void* zone) noexcept {
    const timespec read = now();
    *time = {read.tv_sec, read.tv_nsec / 1000};
    if (zone != nullptr) {
        *static_cast<struct timezone*>(zone) = {};
    }
    return 0;
}

EXPORTED time_t time(time_t* time) noexcept {
    const time_t seconds = now().tv_sec;
    if (time != nullptr) {
        *time = seconds;
    }
    return seconds;
}

EXPORTED int timespec_get(timespec* time, int base) noexcept {
    if (base != TIME_UTC) {
        return 0;
    }
    *time = now();
    return base;
}

}  // extern "C"
