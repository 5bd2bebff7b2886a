#include "berkeley/host/shared_page.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <type_traits>

namespace berkeley {
namespace {

constexpr std::uint64_t kMagic = 0x59454C454B524542;  // "BERKELEY", little-endian
constexpr std::size_t kSequence = 2;
constexpr std::size_t kPayload = 3;
constexpr std::size_t kPageBytes = kPageWords * sizeof(std::uint64_t);

/// A write takes less than a microsecond, unless the writer is preempted.
constexpr int kReadTries = 1'000'000;

using Payload = std::array<std::uint64_t, kPageWords - kPayload>;

[[noreturn]] void fail(const std::string& path, const std::string& what, int error) {
    throw std::runtime_error("cannot " + what + " " + path + " (" +
                             std::generic_category().message(error) +
                             "): choose a file in a folder that this user may use");
}

/// Nothing is overwritten that is not a page already.
bool mayBecomePage(int file) {
    struct stat status {};
    std::uint64_t magic = 0;
    if (::fstat(file, &status) != 0 || status.st_size == 0) {
        return true;
    }
    // Zero: a daemon was interrupted before it had written anything.
    return status.st_size == static_cast<off_t>(kPageBytes) &&
           ::pread(file, &magic, sizeof magic, 0) == static_cast<ssize_t>(sizeof magic) &&
           (magic == kMagic || magic == 0);
}

template <class Value>
std::uint64_t toWord(Value value) {
    if constexpr (std::is_same_v<Value, double>) {
        return std::bit_cast<std::uint64_t>(value);
    } else if constexpr (std::is_integral_v<Value>) {
        return value;
    } else if constexpr (std::is_same_v<Value, Nanoseconds>) {
        return static_cast<std::uint64_t>(value.count());
    } else {
        return toWord(value.time_since_epoch());
    }
}

Nanoseconds toDuration(std::uint64_t word) { return Nanoseconds{static_cast<std::int64_t>(word)}; }
double toDouble(std::uint64_t word) { return std::bit_cast<double>(word); }

Payload toWords(const PageContent& content) {
    const auto& [host, clock] = content;
    return {toWord(clock.synchronized),
            toWord(host.raw),
            toWord(host.host),
            toWord(host.driftPpb),
            toWord(clock.line.anchor),
            toWord(clock.line.correction),
            toWord(clock.line.frequencyPpb),
            toWord(clock.line.slewPpb),
            toWord(clock.line.slewEnd),
            toWord(clock.adjustment.reference),
            toWord(clock.adjustment.bound),
            toWord(clock.adjustment.boundGrowthPpb),
            toWord(clock.adjustment.cycle)};
}

PageContent toContent(const Payload& words) {
    PageContent content;
    content.clock.synchronized = words[0] != 0;
    content.host = {RawTime{toDuration(words[1])}, HostTime{toDuration(words[2])},
                    toDouble(words[3])};
    content.clock.line = {HostTime{toDuration(words[4])}, toDuration(words[5]), toDouble(words[6]),
                          toDouble(words[7]), HostTime{toDuration(words[8])}};
    content.clock.adjustment.reference = HostTime{toDuration(words[9])};
    content.clock.adjustment.bound = toDuration(words[10]);
    content.clock.adjustment.boundGrowthPpb = toDouble(words[11]);
    content.clock.adjustment.cycle = static_cast<std::uint32_t>(words[12]);
    return content;
}

struct Snapshot {
    PageContent content;
    RawTime raw;  ///< read while the content was current
};

/// The payload's loads and stores carry the ordering themselves, in place of fences.
Snapshot read(const MappedPage& page) {
    for (int tries = 0; tries < kReadTries; ++tries) {
        const std::uint64_t before = page.word(kSequence).load(std::memory_order_acquire);
        Payload words;
        for (std::size_t i = 0; i < words.size(); ++i) {
            words[i] = page.word(kPayload + i).load(std::memory_order_acquire);
        }
        const RawTime raw = RawTimeline::now();
        const std::uint64_t after = page.word(kSequence).load(std::memory_order_acquire);
        if (before == after && before % 2 == 0) {
            return {toContent(words), raw};
        }
        std::this_thread::yield();
    }
    throw std::runtime_error("the page cannot be read: its daemon died while it wrote");
}

PageReading evaluate(const PageContent& content, RawTime raw) {
    const HostTime host = content.host.at(raw);
    PageReading reading;
    reading.synchronized = content.clock.synchronized;
    reading.time = content.clock.line.groupTimeAt(host);
    if (reading.synchronized) {
        reading.bound = content.clock.boundAt(host);
    }
    return reading;
}

}  // namespace

MappedPage::MappedPage(const std::string& path, bool writable) {
    const int access = writable ? O_RDWR | O_CREAT : O_RDONLY;
    file_ = ::open(path.c_str(), access | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (file_ < 0) {
        fail(path, writable ? "publish at" : "read the page", errno);
    }
    const int protection = writable ? PROT_READ | PROT_WRITE : PROT_READ;
    void* memory = MAP_FAILED;
    try {
        if (writable && ::flock(file_, LOCK_EX | LOCK_NB) != 0) {
            throw std::runtime_error("cannot publish at " + path +
                                     ": another daemon does; choose another file");
        }
        if (writable && !mayBecomePage(file_)) {
            throw std::runtime_error("cannot publish at " + path +
                                     ": it is a file of another kind; choose another");
        }
        if (writable && ::ftruncate(file_, kPageBytes) != 0) {
            fail(path, "publish at", errno);
        }
        struct stat status {};
        if (::fstat(file_, &status) != 0 || status.st_size < static_cast<off_t>(kPageBytes)) {
            throw std::runtime_error("cannot read the page " + path + ": it is too short for one");
        }
        memory = ::mmap(nullptr, kPageBytes, protection, MAP_SHARED, file_, 0);
        if (memory == MAP_FAILED) {
            fail(path, "map", errno);
        }
    } catch (...) {
        ::close(file_);
        throw;
    }
    words_ = static_cast<Words*>(memory);
}

MappedPage::~MappedPage() {
    ::munmap(words_, kPageBytes);
    ::close(file_);
}

PageWriter::PageWriter(const std::string& path) : page_(path, true) {
    // A predecessor may have died while it wrote.
    const std::uint64_t sequence = page_.word(kSequence).load(std::memory_order_relaxed);
    page_.word(kSequence).store(sequence - sequence % 2, std::memory_order_relaxed);
    page_.word(0).store(kMagic, std::memory_order_relaxed);
    page_.word(1).store(kPageVersion, std::memory_order_release);
}

void PageWriter::publish(const std::function<PageContent()>& compute) {
    const std::uint64_t sequence = page_.word(kSequence).load(std::memory_order_relaxed);
    page_.word(kSequence).store(sequence + 1, std::memory_order_seq_cst);
    const Payload words = toWords(compute());
    for (std::size_t i = 0; i < words.size(); ++i) {
        page_.word(kPayload + i).store(words[i], std::memory_order_release);
    }
    page_.word(kSequence).store(sequence + 2, std::memory_order_release);
}

PageReader::PageReader(const std::string& path) : page_(path, false) {
    const std::uint64_t version = page_.word(1).load(std::memory_order_acquire);
    if (page_.word(0).load(std::memory_order_relaxed) != kMagic) {
        throw std::runtime_error("cannot read the page " + path + ": it is not one");
    }
    if (version != kPageVersion) {
        throw std::runtime_error("cannot read the page " + path + ": its version is " +
                                 std::to_string(version) + ", this reader's " +
                                 std::to_string(kPageVersion));
    }
}

PageReading PageReader::now() const {
    const Snapshot snapshot = read(page_);
    return evaluate(snapshot.content, snapshot.raw);
}

PageReading PageReader::at(RawTime raw) const { return evaluate(read(page_).content, raw); }

}  // namespace berkeley
