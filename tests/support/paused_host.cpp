// Makes one process's host seem paused: its clocks are behind the real ones by what a small file
// says, so that a test can stop a process, add how long it was stopped, and let it go on. Loaded
// with LD_PRELOAD; PAUSED_HOST names the file, tests/harness/paused_host.py writes it.
//
// The file: words of 64 bits, in ns. By how much these clocks are behind: 0 CLOCK_MONOTONIC and
// _RAW, 1 CLOCK_BOOTTIME, 2 CLOCK_REALTIME. When the system clock was held last: 3 since when, in
// its real time, 4 by how much it was behind before. It is written only while the process is
// stopped.
//
// Turned are the clocks, the deadlines that condition variables wait for, and the kernel's
// timestamps of packets. Waits for a duration end early by the pause, as waits may.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

using Words = const std::atomic<std::int64_t>*;
enum Word { kMonotonic, kBoot, kSystem, kHeldSince, kSystemBefore, kWords };

constexpr std::int64_t kSecond = 1'000'000'000;

constinit std::atomic<std::int64_t> unheld[kWords]{};
constinit Words words = unheld;

template <class Function>
Function next(const char* name) {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

/// libc's; before it is looked up, and so while other libraries begin, the kernel is asked.
using ClockGettime = int (*)(clockid_t, timespec*);
constinit std::atomic<ClockGettime> libcClockGettime{nullptr};

__attribute__((constructor)) void begin() {
    libcClockGettime = next<ClockGettime>("clock_gettime");
    const char* path = std::getenv("PAUSED_HOST");
    if (path == nullptr) {
        return;
    }
    const int file = ::open(path, O_RDONLY | O_CLOEXEC);
    void* memory = ::mmap(nullptr, sizeof unheld, PROT_READ, MAP_SHARED, file, 0);
    if (memory == MAP_FAILED) {
        std::perror("PAUSED_HOST");
        std::abort();
    }
    ::close(file);
    words = static_cast<Words>(memory);
}

/// No word for the clocks of processes and threads.
Word wordOf(clockid_t clock) {
    switch (clock) {
        case CLOCK_MONOTONIC:
        case CLOCK_MONOTONIC_RAW:
        case CLOCK_MONOTONIC_COARSE:
            return kMonotonic;
        case CLOCK_BOOTTIME:
        case CLOCK_BOOTTIME_ALARM:
            return kBoot;
        case CLOCK_REALTIME:
        case CLOCK_REALTIME_COARSE:
        case CLOCK_REALTIME_ALARM:
        case CLOCK_TAI:
            return kSystem;
        default:
            return kWords;
    }
}

std::int64_t behind(clockid_t clock) {
    const Word word = wordOf(clock);
    return word == kWords ? 0 : words[word].load();
}

timespec plus(const timespec& time, std::int64_t ns) {
    timespec sum{time.tv_sec + ns / kSecond, time.tv_nsec + ns % kSecond};
    if (sum.tv_nsec >= kSecond) {
        sum = {sum.tv_sec + 1, sum.tv_nsec - kSecond};
    } else if (sum.tv_nsec < 0) {
        sum = {sum.tv_sec - 1, sum.tv_nsec + kSecond};
    }
    return sum;
}

bool isBefore(const timespec& a, const timespec& b) {
    return a.tv_sec != b.tv_sec ? a.tv_sec < b.tv_sec : a.tv_nsec < b.tv_nsec;
}

int read(clockid_t clock, timespec* time) {
    const ClockGettime libc = libcClockGettime;
    // Held between the two readings, it would be wrong by that.
    for (;;) {
        const std::int64_t held = behind(clock);
        const int result =
            libc ? libc(clock, time) : static_cast<int>(::syscall(SYS_clock_gettime, clock, time));
        if (result != 0 || behind(clock) == held) {
            if (result == 0) {
                *time = plus(*time, -held);
            }
            return result;
        }
    }
}

timespec now(clockid_t clock) {
    timespec time{};
    read(clock, &time);
    return time;
}

/// Of a packet that came while the host was held: when the host went on.
timespec turned(const timespec& stamp) {
    const std::int64_t real = stamp.tv_sec * kSecond + stamp.tv_nsec;
    const std::int64_t since = words[kHeldSince].load(), before = words[kSystemBefore].load();
    const std::int64_t held =
        real < since ? real - before : std::max(since - before, real - words[kSystem].load());
    return {held / kSecond, held % kSecond};
}

/// Three times, those that the kernel does not have are zero.
void turnStamps(cmsghdr& header) {
    timespec stamps[3];
    std::memcpy(stamps, CMSG_DATA(&header), sizeof stamps);
    for (timespec& stamp : stamps) {
        stamp = stamp.tv_sec == 0 ? stamp : turned(stamp);
    }
    std::memcpy(CMSG_DATA(&header), stamps, sizeof stamps);
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t clock, timespec* time) noexcept { return read(clock, time); }

int gettimeofday(timeval* time, void*) noexcept {
    const timespec read = now(CLOCK_REALTIME);
    *time = {read.tv_sec, read.tv_nsec / 1000};
    return 0;
}

time_t time(time_t* time) noexcept {
    const time_t seconds = now(CLOCK_REALTIME).tv_sec;
    if (time != nullptr) {
        *time = seconds;
    }
    return seconds;
}

int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock,
                           const timespec* deadline) {
    static const auto libc = next<decltype(&pthread_cond_clockwait)>("pthread_cond_clockwait");
    const timespec real = plus(*deadline, behind(clock));
    const int result = libc(condition, mutex, clock, &real);
    // Held meanwhile, it has woken too early, and that is always allowed.
    return result == ETIMEDOUT && isBefore(now(clock), *deadline) ? 0 : result;
}

ssize_t recvmsg(int socket, msghdr* message, int flags) {
    static const auto libc = next<decltype(&recvmsg)>("recvmsg");
    const ssize_t size = libc(socket, message, flags);
    for (cmsghdr* header = size >= 0 ? CMSG_FIRSTHDR(message) : nullptr; header != nullptr;
         header = CMSG_NXTHDR(message, header)) {
        if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SO_TIMESTAMPING) {
            turnStamps(*header);
        }
    }
    return size;
}

}  // extern "C"
