#include "page/group_page.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <utility>

#include "page_words.h"

namespace berkeley::page {
namespace {

using namespace std::chrono_literals;

/// A write takes less than a microsecond unless the writer is preempted.
constexpr Nanoseconds kLongestWrite = 1s;
constexpr int kYields = 100;

/// How far the system clock must move against the raw clock before the kernel is asked about a
/// suspension: farther than steering and the kernel's tick move it within seconds.
constexpr Nanoseconds kJump = 20ms;
constexpr Nanoseconds kCompareEvery = 1ms;

constexpr Nanoseconds kSeekEvery = 1s;

constexpr const char* kRoles[] = {"master", "slave"};

struct File {
    int descriptor = -1;
    std::uint64_t device = 0;
    std::uint64_t inode = 0;
};

Error errorOfOpen() {
    switch (errno) {
        case ENOENT:
        case ENOTDIR:
            return Error::missing;
        case EACCES:
        case EPERM:
            return Error::refused;
        default:
            return Error::system;
    }
}

/// Checks that the file holds a page that this code understands.
Error check(File& file) {
    struct stat status {};
    std::uint64_t start[2] = {};
    if (::fstat(file.descriptor, &status) != 0) {
        return Error::system;
    }
    if (!S_ISREG(status.st_mode)) {
        return Error::notAPage;
    }
    const ssize_t read = ::pread(file.descriptor, start, sizeof start, 0);
    if (read == 0 || (read == sizeof start && start[kMagicWord] == 0)) {
        return Error::missing;  // A daemon is about to write it.
    }
    if (read != sizeof start || start[kMagicWord] != kPageMagic) {
        return Error::notAPage;
    }
    if (start[kVersionWord] != kPageVersion || status.st_size < off_t{kPageBytes}) {
        return Error::otherVersion;
    }
    file.device = status.st_dev;
    file.inode = status.st_ino;
    return Error::none;
}

/// Maps the page at `path`, in place of the mapping at `where` unless that is null.
Error mapPage(const char* path, void* where, std::uint64_t*& words, File& file) {
    file.descriptor = ::open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (file.descriptor < 0) {
        return errorOfOpen();
    }
    Error error = check(file);
    if (error == Error::none) {
        const int flags = MAP_SHARED | (where != nullptr ? MAP_FIXED : 0);
        void* memory = ::mmap(where, kPageBytes, PROT_READ, flags, file.descriptor, 0);
        if (memory == MAP_FAILED) {
            error = Error::system;
        } else {
            words = static_cast<std::uint64_t*>(memory);
        }
    }
    const int code = errno;
    ::close(file.descriptor);
    errno = code;
    return error;
}

}  // namespace

const char* userRuntimeFolder() {
    const char* folder = ::secure_getenv("XDG_RUNTIME_DIR");
    return folder == nullptr ? "" : folder;
}

bool defaultPagePath(std::size_t index, const char* role, const char* userFolder, Path& path) {
    const char* folder = index == 0 ? "/run" : userFolder;
    if (index > 1 || *folder == '\0') {
        return false;
    }
    const int size = std::snprintf(path.data(), path.size(), "%s/berkeley/%s.page", folder, role);
    return size > 0 && static_cast<std::size_t>(size) < path.size();
}

Error GroupPage::open(const char* path) {
    close();
    // Only once, because the environment may change later.
    if (!std::exchange(vmClockSought_, true)) {
        vmClock_.open();
    }
    if (path == nullptr) {
        path = ::secure_getenv("BERKELEY_PAGE");
    }
    isSearched_ = path == nullptr || *path == '\0';
    if (!isSearched_) {
        return openAt(path);
    }
    if (const char* folder = userRuntimeFolder(); std::strlen(folder) < userFolder_.size()) {
        std::strcpy(userFolder_.data(), folder);
    }
    Path best{};
    const Error error = findBest(best);
    return error == Error::none ? openAt(best.data()) : error;
}

Error GroupPage::openAt(const char* path) {
    if (std::strlen(path) >= path_.size()) {
        errno = ENAMETOOLONG;
        return Error::system;
    }
    std::strcpy(path_.data(), path);
    boot_ = bootId();
    File file;
    const Error error = mapPage(path, nullptr, words_, file);
    device_.store(file.device, std::memory_order_relaxed);
    inode_.store(file.inode, std::memory_order_relaxed);
    return error;
}

Error GroupPage::findBest(Path& found) const {
    GroupPage best, candidate;
    Error error = Error::missing;
    Path path{};
    for (const char* role : kRoles) {
        for (std::size_t index = 0; defaultPagePath(index, role, userFolder_.data(), path);
             ++index) {
            candidate.close();
            const Error opened = candidate.openAt(path.data());
            if (opened == Error::none &&
                (!best.isOpen() || candidate.lastAdjustment() > best.lastAdjustment())) {
                best.close();
                best.openAt(path.data());
                found = path;
            }
            // An obstacle to one page is worth reporting more than the lack of another.
            error = opened != Error::missing ? opened : error;
        }
    }
    return best.isOpen() ? Error::none : error;
}

/// Returns RawTime::min() if the clock was never adjusted, or if the page is from another boot or
/// is being written: a search does not wait, least of all for a dead daemon.
RawTime GroupPage::lastAdjustment() const {
    Clock clock;
    RawTime raw;
    return readClock(clock, raw, Patience::none) && clock.adjusted &&
                   evaluate(clock, {raw, {}, boot_}).isOfPage()
               ? clock.adjustedAt
               : RawTime::min();
}

void GroupPage::close() {
    if (words_ != nullptr) {
        ::munmap(words_, kPageBytes);
        words_ = nullptr;
    }
}

Reading GroupPage::now() const {
    Clock clock;
    RawTime raw;
    Reading reading = readClock(clock, raw)
                          ? evaluate(clock, {raw, suspendedBy(raw), boot_, vmClock_.marker()})
                          : Reading{.reason = Reason::interrupted};
    if (reading.status != Status::synchronized) {
        lookForAnother(raw);
        if (!reading.isOfPage()) {
            // Only the system's time is left.
            reading.time = GroupTime{systemNow().time_since_epoch()};
        }
    }
    return reading;
}

std::optional<Content> GroupPage::content() const {
    Content content;
    RawTime raw;
    const auto visit = [&](auto& load) {
        visitClock(load, content.clock);
        visitDescription(load, content.description);
    };
    return read(visit, raw) ? std::optional{content} : std::nullopt;
}

bool GroupPage::readClock(Clock& clock, RawTime& raw, Patience patience) const {
    return read([&](auto& load) { visitClock(load, clock); }, raw, patience);
}

/// The loads of the words provide the ordering themselves, in place of fences. `raw` is read while
/// the words are current.
template <class Visit>
bool GroupPage::read(const Visit& visit, RawTime& raw, Patience patience) const {
    RawTime since;
    for (int tries = 0;; ++tries) {
        const std::uint64_t before = word(kSequenceWord).load(std::memory_order_acquire);
        Loading load{[this](std::size_t index) {
            return word(kFirstContentWord + index).load(std::memory_order_acquire);
        }};
        visit(load);
        raw = RawTimeline::now();
        const std::uint64_t after = word(kSequenceWord).load(std::memory_order_acquire);
        if (before == after && before % 2 == 0) {
            return true;
        }
        const bool isWritten = after % 2 != 0;
        if (isWritten && (patience == Patience::none || !mayGoOn(tries, after, since))) {
            return false;
        }
    }
}

/// Waits for the writer. Returns false if the writer must be dead; the next reader need not wait
/// again.
bool GroupPage::mayGoOn(int tries, std::uint64_t sequence, RawTime& since) const {
    if (deadSequence_.load(std::memory_order_relaxed) == sequence) {
        return false;
    }
    if (tries < kYields) {
        since = RawTimeline::now();
        ::sched_yield();
        return true;
    }
    if (RawTimeline::now() - since > kLongestWrite) {
        deadSequence_.store(sequence, std::memory_order_relaxed);
        return false;
    }
    const timespec pause{0, 50'000};
    ::nanosleep(&pause, nullptr);
    return true;
}

/// Returns how long this machine has been suspended, at least. During a suspension the system clock
/// runs on and the raw clock does not, so the kernel is asked again only when their distance has
/// jumped.
Nanoseconds GroupPage::suspendedBy(RawTime raw) const {
    const std::int64_t now = raw.time_since_epoch().count();
    if (now - comparedAt_.load(std::memory_order_relaxed) >= kCompareEvery.count()) {
        comparedAt_.store(now, std::memory_order_relaxed);
        const std::int64_t apart = coarseSystemNow().time_since_epoch().count() - now;
        const std::int64_t before = systemMinusRaw_.load(std::memory_order_relaxed);
        if (before == INT64_MIN || std::abs(apart - before) > kJump.count()) {
            systemMinusRaw_.store(apart, std::memory_order_relaxed);
            const std::int64_t known = suspended_.load(std::memory_order_relaxed);
            suspended_.store(std::max(known, suspension().atLeast.count()),
                             std::memory_order_relaxed);
        }
    }
    return Nanoseconds{suspended_.load(std::memory_order_relaxed)};
}

/// The kernel replaces the mapping atomically: other threads see the old page or the new one.
void GroupPage::lookForAnother(RawTime raw) const {
    const std::int64_t now = raw.time_since_epoch().count();
    std::int64_t last = soughtAt_.load(std::memory_order_relaxed);
    if (now - last < kSeekEvery.count() ||
        !soughtAt_.compare_exchange_strong(last, now, std::memory_order_relaxed)) {
        return;
    }
    const int code = errno;
    Path path = path_;
    struct stat status {};
    if ((!isSearched_ || findBest(path) == Error::none) && ::stat(path.data(), &status) == 0 &&
        (status.st_dev != device_.load(std::memory_order_relaxed) ||
         status.st_ino != inode_.load(std::memory_order_relaxed))) {
        std::uint64_t* words = nullptr;
        File file;
        if (mapPage(path.data(), words_, words, file) == Error::none) {
            device_.store(file.device, std::memory_order_relaxed);
            inode_.store(file.inode, std::memory_order_relaxed);
        }
    }
    errno = code;
}

}  // namespace berkeley::page
