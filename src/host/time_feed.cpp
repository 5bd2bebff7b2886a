#include "host/time_feed.h"

#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstring>
#include <stdexcept>

#include "host/stamp_converter.h"
#include "os/descriptor.h"
#include "os/error.h"

namespace berkeley::host {
namespace {

/// Seconds, and the nanoseconds beyond them.
struct Split {
    std::int64_t seconds;
    std::int64_t nanoseconds;
};

Split split(Nanoseconds sinceEpoch) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(sinceEpoch);
    return {seconds.count(), (sinceEpoch - seconds).count()};
}

/// The message, as chronyd defines it.
struct SockSample {
    timeval tv;     ///< the system clock
    double offset;  ///< how far the system clock is behind, in seconds
    int pulse;      ///< 0: the offset is the whole one, not only that within a second
    int leap;
    int padding;
    int magic;
};

class ChronySocket : public TimeFeed {
  public:
    explicit ChronySocket(const std::string& path) {
        if (path.size() >= sizeof address_.sun_path) {
            throw std::runtime_error("a socket path cannot be this long: " + path);
        }
        address_.sun_family = AF_UNIX;
        std::strcpy(address_.sun_path, path.c_str());
        if (!socket_.isOpen()) {
            throw os::systemError("cannot make a socket", "close other programs");
        }
    }

    /// Looks for the socket each time, as chronyd may come and go.
    void send(const TimeSample& sample) override {
        constexpr int kMagic = 0x534f434b;  // "SOCK"
        const auto [seconds, nanoseconds] = split(sample.system.time_since_epoch());
        const SockSample message{
            .tv = {seconds, nanoseconds / 1000},
            .offset = toSeconds(sample.offset),
            .pulse = 0,
            .leap = 0,
            .padding = 0,
            .magic = kMagic,
        };
        const auto* address = reinterpret_cast<const sockaddr*>(&address_);
        if (::sendto(socket_.get(), &message, sizeof message, 0, address, sizeof address_) < 0) {
            throw os::systemError(
                "chronyd does not take the group's time at " + std::string{address_.sun_path},
                "start it with \"refclock SOCK\" and that path");
        }
    }

  private:
    sockaddr_un address_{};
    const os::Descriptor socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
};

/// The memory, as the reference implementation of NTP defines it.
struct NtpMemory {
    int mode;
    int count;
    time_t clockSeconds;  ///< the group's time
    int clockMicroseconds;
    time_t receivedSeconds;  ///< the system clock
    int receivedMicroseconds;
    int leap;
    int precision;
    int samples;
    int valid;
    unsigned clockNanoseconds;
    unsigned receivedNanoseconds;
    int reserved[8];
};

/// Refuses another user's memory: its creator could feed its readers any time, even after giving it
/// away.
void refuseMemoryOfAnother(int segment, std::uint32_t unit) {
    shmid_ds status{};
    if (::shmctl(segment, IPC_STAT, &status) != 0) {
        throw os::systemError("cannot use NTP's shared memory " + std::to_string(unit),
                              "use another unit");
    }
    for (const uid_t user : {status.shm_perm.cuid, status.shm_perm.uid}) {
        if (user != 0 && user != ::geteuid()) {
            throw std::runtime_error(
                "cannot use NTP's shared memory " + std::to_string(unit) + ": it belongs to user " +
                std::to_string(user) +
                ", and units 0 and 1 are for root: remove it with \"ipcrm -m " +
                std::to_string(segment) + "\", or give another unit");
        }
    }
}

class NtpSharedMemory : public TimeFeed {
  public:
    explicit NtpSharedMemory(std::uint32_t unit) {
        constexpr key_t kFirstKey = 0x4e545030;  // "NTP0"
        constexpr std::uint32_t kFirstForAll = 2;
        const int access = unit < kFirstForAll ? 0600 : 0666;
        const int segment =
            ::shmget(kFirstKey + static_cast<key_t>(unit), sizeof(NtpMemory), IPC_CREAT | access);
        if (segment >= 0 && unit < kFirstForAll) {
            refuseMemoryOfAnother(segment, unit);
        }
        void* memory = segment < 0 ? nullptr : ::shmat(segment, nullptr, 0);
        // The error value of shmat(2). NOLINTNEXTLINE(performance-no-int-to-ptr)
        if (segment < 0 || memory == reinterpret_cast<void*>(-1)) {
            throw os::systemError("cannot use NTP's shared memory " + std::to_string(unit),
                                  "give a unit that this user may use, such as 2");
        }
        memory_ = static_cast<NtpMemory*>(memory);
    }
    ~NtpSharedMemory() override { ::shmdt(memory_); }
    NtpSharedMemory(const NtpSharedMemory&) = delete;
    NtpSharedMemory& operator=(const NtpSharedMemory&) = delete;

    /// A reader that reads during a write sees that the count has changed.
    void send(const TimeSample& sample) override {
        const Split clock = split(sample.system.time_since_epoch() + sample.offset);
        const Split received = split(sample.system.time_since_epoch());
        word(memory_->valid).store(0);
        word(memory_->count).fetch_add(1);
        std::atomic_thread_fence(std::memory_order_seq_cst);
        memory_->mode = 1;
        memory_->clockSeconds = clock.seconds;
        memory_->clockMicroseconds = static_cast<int>(clock.nanoseconds / 1000);
        memory_->clockNanoseconds = static_cast<unsigned>(clock.nanoseconds);
        memory_->receivedSeconds = received.seconds;
        memory_->receivedMicroseconds = static_cast<int>(received.nanoseconds / 1000);
        memory_->receivedNanoseconds = static_cast<unsigned>(received.nanoseconds);
        memory_->leap = 0;
        memory_->precision = precisionOf(sample.bound);
        std::atomic_thread_fence(std::memory_order_seq_cst);
        word(memory_->count).fetch_add(1);
        word(memory_->valid).store(1);
    }

  private:
    static std::atomic_ref<int> word(int& word) { return std::atomic_ref<int>{word}; }

    /// Returns the exponent of the power of two, in seconds, below the bound.
    static int precisionOf(Nanoseconds bound) {
        constexpr Nanoseconds kFinest{1};
        return std::ilogb(toSeconds(std::max(bound, kFinest)));
    }

    NtpMemory* memory_ = nullptr;
};

}  // namespace

TimeSample sampleOf(const SteeredClock& clock) {
    const ClockLook look = ClockLook::now();
    const sync::ClockState state = clock.state();
    const HostTime host = clock.hostLine().at(look.before + (look.after - look.before) / 2);
    const Nanoseconds group =
        state.line.groupTimeAt(host).time_since_epoch() + state.line.pendingAt(host);
    return {look.system, group - look.system.time_since_epoch(), state.line.boundAt(host)};
}

std::unique_ptr<TimeFeed> feedForChronySocket(const std::string& path) {
    return std::make_unique<ChronySocket>(path);
}

std::unique_ptr<TimeFeed> feedForNtpMemory(std::uint32_t unit) {
    return std::make_unique<NtpSharedMemory>(unit);
}

}  // namespace berkeley::host
