#include "page/vm_clock.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <bit>
#include <cerrno>
#include <cstdlib>

namespace berkeley::page {
namespace {

/// The beginning of the page; more follows. The page is little-endian, and so are the machines that
/// have one.
struct Layout {
    std::uint32_t magic;
    std::uint32_t size;
    std::uint16_t version;
    std::uint8_t counter;
    std::uint8_t timeType;
    std::uint32_t sequence;  ///< odd while the host writes what follows
    std::uint64_t disruptionMarker;
};
static_assert(sizeof(Layout) == 24);

constexpr std::uint32_t kMagic = 0x4b4c4356;  // "VCLK"
constexpr std::uint16_t kVersion = 1;
constexpr std::size_t kMapped = 4096;
constexpr int kTries = 4;

bool isVmClock(const Layout& page) {
    return std::endian::native == std::endian::little && page.magic == kMagic &&
           page.version == kVersion && page.size >= sizeof(Layout);
}

template <class Word>
Word load(const Word& word) {
    return std::atomic_ref<Word>{const_cast<Word&>(word)}.load(std::memory_order_acquire);
}

/// Whether the file has room for a Layout: a plain file in place of the device may be too short.
bool isLongEnough(int file) {
    struct stat status {};
    return ::fstat(file, &status) == 0 &&
           (!S_ISREG(status.st_mode) || status.st_size >= off_t{sizeof(Layout)});
}

const char* path() {
    const char* named = ::secure_getenv("BERKELEY_VMCLOCK");
    return named == nullptr ? "/dev/vmclock0" : named;
}

}  // namespace

void VmClock::open() {
    close();
    const int code = errno;
    if (const int file = ::open(path(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY); file >= 0) {
        void* memory = isLongEnough(file) ? ::mmap(nullptr, kMapped, PROT_READ, MAP_SHARED, file, 0)
                                          : MAP_FAILED;
        page_ = memory == MAP_FAILED ? nullptr : memory;
        ::close(file);
    }
    if (page_ != nullptr && !isVmClock(*static_cast<const Layout*>(page_))) {
        close();
    }
    errno = code;
}

void VmClock::close() {
    if (page_ != nullptr) {
        ::munmap(const_cast<void*>(page_), kMapped);
        page_ = nullptr;
    }
}

// Adds 1, because the host's own marker may be 0.
std::uint64_t VmClock::marker() const {
    if (page_ == nullptr) {
        return 0;
    }
    const auto& page = *static_cast<const Layout*>(page_);
    for (int i = 0; i < kTries; ++i) {
        const std::uint32_t before = load(page.sequence);
        const std::uint64_t marker = load(page.disruptionMarker);
        if (before % 2 == 0 && load(page.sequence) == before) {
            return marker + 1;
        }
    }
    return 0;
}

}  // namespace berkeley::page
