/// Reads this machine's view of a group's time, as a Berkeley daemon publishes it: the C++
/// interface of libberkeley, a header on top of the C interface.
///
/// Link with -lberkeley, or with berkeley::berkeley in CMake. Needs C++17. Times are nanoseconds
/// since 1970-01-01 00:00 UTC by the group's reckoning. Thread safety: any number of threads may
/// read a clock; opening, moving and destroying it is for one thread. See docs/api.md for more.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "berkeley/berkeley.h"

namespace berkeley {

enum class GroupStatus {
    synchronized = BERKELEY_SYNCHRONIZED,     ///< adjustments come; the bound holds
    holdover = BERKELEY_HOLDOVER,             ///< none has come for long; the bound holds and grows
    unsynchronized = BERKELEY_UNSYNCHRONIZED  ///< the bound is unknown or too large
};

/// The group's time as a std::chrono clock, read from this machine's daemon (or from the page that
/// BERKELEY_PAGE in the environment names). Never throws: without a page, the time is the system
/// clock's and status() is unsynchronized. A program that needs to know how wrong a time can be
/// reads a GroupClock instead.
struct group_clock {
    using rep = std::int64_t;
    using period = std::nano;
    using duration = std::chrono::nanoseconds;
    using time_point = std::chrono::time_point<group_clock>;
    /// The clock is slewed, and it steps once, when it is first synchronized.
    static constexpr bool is_steady = false;

    static time_point now() noexcept;
    static GroupStatus status() noexcept;

    static std::chrono::system_clock::time_point to_sys(time_point time) noexcept {
        return std::chrono::system_clock::time_point{
            std::chrono::duration_cast<std::chrono::system_clock::duration>(
                time.time_since_epoch())};
    }
    static time_point from_sys(std::chrono::system_clock::time_point time) noexcept {
        return time_point{std::chrono::duration_cast<duration>(time.time_since_epoch())};
    }
};

/// One reading. The group's time is certainly between `earliest` and `latest`.
struct GroupReading {
    /// time_point::min() while the bound is unknown
    group_clock::time_point earliest = group_clock::time_point::min();
    /// time_point::max() while the bound is unknown
    group_clock::time_point latest = group_clock::time_point::max();
    group_clock::time_point time{};                 ///< the best estimate
    std::optional<std::chrono::nanoseconds> bound;  ///< largest possible error of `time`
    GroupStatus status = GroupStatus::unsynchronized;
    enum berkeley_reason reason = BERKELEY_REASON_NONE;  ///< why it is unsynchronized
    std::uint64_t cycle{};  ///< the group's sync cycle of the last adjustment
};

/// Thrown if nothing can be read. what() names the page, what is wrong and what to do.
class GroupClockError : public std::runtime_error {
  public:
    /// `code` is the error that a function of the C interface returned for `page`, which may be "".
    GroupClockError(int code, const std::string& page)
        : std::runtime_error((page.empty() ? "" : page + ": ") + berkeley_error_text(code)),
          code_(static_cast<enum berkeley_error>(code)) {}

    enum berkeley_error code() const { return code_; }

  private:
    enum berkeley_error code_;
};

class GroupClock {
  public:
    /// Opens the page at `path` or, without a path, that of this machine's daemon.
    static GroupClock open(const std::string& path = {}) {
        berkeley_clock* clock = nullptr;
        if (const int error = berkeley_open(path.empty() ? nullptr : path.c_str(), &clock)) {
            throw GroupClockError{error, path};
        }
        return GroupClock{clock};
    }

    /// Reads the time now. A clock that was moved from is unsynchronized.
    GroupReading now() const noexcept {
        GroupReading reading;
        berkeley_reading read{};
        if (berkeley_now(clock_.get(), &read) != BERKELEY_OK) {
            return reading;
        }
        reading.earliest = timeOf(read.earliest);
        reading.latest = timeOf(read.latest);
        reading.time = timeOf(read.time);
        if (read.bound != BERKELEY_UNKNOWN_BOUND) {
            reading.bound = std::chrono::nanoseconds{read.bound};
        }
        reading.status = static_cast<GroupStatus>(read.status);
        reading.reason = static_cast<enum berkeley_reason>(read.reason);
        reading.cycle = read.cycle;
        return reading;
    }

    std::string path() const { return berkeley_path(clock_.get()); }

  private:
    struct Close {
        void operator()(berkeley_clock* clock) const { berkeley_close(clock); }
    };

    explicit GroupClock(berkeley_clock* clock) : clock_(clock) {}

    static group_clock::time_point timeOf(std::int64_t time) {
        return group_clock::time_point{std::chrono::nanoseconds{time}};
    }

    std::unique_ptr<berkeley_clock, Close> clock_;
};

namespace detail {

/// The clock behind group_clock: opened at the first reading, tried again once a second until there
/// is one, and kept until the program ends.
inline const berkeley_clock* machineClock() noexcept {
    using Steady = std::chrono::steady_clock;
    static std::atomic<berkeley_clock*> clock{nullptr};
    static std::atomic<Steady::rep> nextTry{Steady::duration::min().count()};
    if (berkeley_clock* open = clock.load(std::memory_order_acquire)) {
        return open;
    }
    const Steady::duration now = Steady::now().time_since_epoch();
    Steady::rep planned = nextTry.load(std::memory_order_relaxed);
    const Steady::duration next = now + std::chrono::seconds{1};
    berkeley_clock* opened = nullptr;
    if (now.count() >= planned && nextTry.compare_exchange_strong(planned, next.count()) &&
        berkeley_open(nullptr, &opened) == BERKELEY_OK) {
        berkeley_clock* none = nullptr;
        if (!clock.compare_exchange_strong(none, opened, std::memory_order_acq_rel)) {
            berkeley_close(opened);
        }
    }
    return clock.load(std::memory_order_acquire);
}

}  // namespace detail

inline group_clock::time_point group_clock::now() noexcept {
    berkeley_reading reading;
    if (berkeley_now(detail::machineClock(), &reading) != BERKELEY_OK) {
        return from_sys(std::chrono::system_clock::now());
    }
    return time_point{duration{reading.time}};
}

inline GroupStatus group_clock::status() noexcept {
    berkeley_reading reading;
    if (berkeley_now(detail::machineClock(), &reading) != BERKELEY_OK) {
        return GroupStatus::unsynchronized;
    }
    return static_cast<GroupStatus>(reading.status);
}

}  // namespace berkeley
