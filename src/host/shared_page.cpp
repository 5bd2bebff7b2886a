#include "host/shared_page.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "os/error.h"

namespace berkeley::host {
namespace {

[[noreturn]] void fail(const std::string& what, const std::string& path) {
    throw os::systemError("cannot " + what + " " + path,
                          "choose a file in a folder that this user may use");
}

/// What is found where the page is to be.
enum class Found { usable, olderPage, somethingElse };

/// Classifies the file, so that only a page is ever overwritten.
Found look(const os::Descriptor& file) {
    struct stat status {};
    std::uint64_t start[2] = {};
    if (::fstat(file.get(), &status) != 0 || status.st_size == 0) {
        return Found::usable;
    }
    const bool readable = ::pread(file.get(), start, sizeof start, 0) == sizeof start;
    const bool ownSize = status.st_size == off_t{page::kPageBytes};
    // Zero: a daemon was interrupted before it had published anything.
    if (readable && ownSize && start[page::kMagicWord] == 0) {
        return Found::usable;
    }
    if (!readable || start[page::kMagicWord] != page::kPageMagic) {
        return Found::somethingElse;
    }
    return ownSize && start[page::kVersionWord] == page::kPageVersion ? Found::usable
                                                                      : Found::olderPage;
}

/// Refuses another user's file: its owner could write to it at any time, or take the memory away by
/// shortening it.
void refuseFileOfAnother(const os::Descriptor& file, const std::string& path) {
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) {
        fail("publish at", path);
    }
    if (status.st_uid != ::geteuid()) {
        throw std::runtime_error("cannot publish at " + path + ": it belongs to user " +
                                 std::to_string(status.st_uid) + ", not to user " +
                                 std::to_string(::geteuid()) +
                                 " who runs this: remove it, or choose a file in a folder that "
                                 "no other user may write to");
    }
}

/// Returns nothing for a file that is not a page. The file is locked, so it has no other writer.
std::optional<LeftPage> leftIn(const os::Descriptor& file) {
    std::array<std::uint64_t, page::kPageWords> words{};
    const ssize_t read = ::pread(file.get(), words.data(), sizeof words, 0);
    if (read <= 0 || words[page::kMagicWord] != page::kPageMagic) {
        return std::nullopt;
    }
    LeftPage left{.version = words[page::kVersionWord], .content = {}};
    if (words[page::kSequenceWord] % 2 == 0) {
        page::ContentWords content;
        std::copy(words.begin() + page::kFirstContentWord, words.end(), content.begin());
        left.content = page::toContent(content, left.version);
    }
    return left;
}

/// Opens and locks the file.
os::Descriptor openForWriting(const std::string& path) {
    os::Descriptor file{::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644)};
    if (!file.isOpen()) {
        fail("publish at", path);
    }
    refuseFileOfAnother(file, path);
    if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
        throw std::runtime_error("cannot publish at " + path +
                                 ": another daemon publishes there; choose a different file");
    }
    return file;
}

/// Opens and locks a file that is a page or can become one. A page of an older version is replaced
/// by a new file; a process that still has it mapped keeps it as it was.
os::Descriptor takeFile(const std::string& path, std::optional<LeftPage>& left) {
    os::Descriptor file = openForWriting(path);
    Found found = look(file);
    left = leftIn(file);
    if (found == Found::olderPage) {
        ::unlink(path.c_str());
        file.close();
        file = openForWriting(path);
        found = look(file);
    }
    if (found != Found::usable) {
        throw std::runtime_error("cannot publish at " + path +
                                 ": it is not a published page; choose a different file");
    }
    return file;
}

/// Maps the file, and makes it readable by all, whatever the umask.
std::uint64_t* mapForWriting(const os::Descriptor& file, const std::string& path) {
    if (::ftruncate(file.get(), page::kPageBytes) != 0 || ::fchmod(file.get(), 0644) != 0) {
        fail("publish at", path);
    }
    void* memory =
        ::mmap(nullptr, page::kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
    if (memory == MAP_FAILED) {
        fail("map", path);
    }
    return static_cast<std::uint64_t*>(memory);
}

template <std::size_t size>
void assign(std::array<char, size>& to, const std::string& text) {
    std::copy_n(text.begin(), std::min(text.size(), size - 1), to.begin());
}

}  // namespace

page::Content contentOf(const page::HostLine& host, const sync::ClockState& state,
                        page::RawTime adjustedAt, const sync::Change& change,
                        const AdjustmentSource& source) {
    page::Content content;
    content.clock.adjusted = state.synchronized;
    content.clock.host = host;
    content.clock.line = state.line;
    content.clock.cycle = state.cycle;
    content.clock.adjustedAt = adjustedAt;
    content.clock.interval = source.interval;
    content.description.lastOffset = change.offset;
    content.description.deviation = state.deviation.sigma;
    content.description.driftDeviationPpb = state.deviation.driftDeviationPpb;
    content.description.group = state.membership.group;
    content.description.term = state.membership.term;
    content.description.steps = state.steps;
    assign(content.description.source, source.name);
    return content;
}

PageWriter::PageWriter(const std::string& path, Publisher publisher)
    : path_(path),
      publisher_(std::move(publisher)),
      file_(takeFile(path, left_)),
      words_(mapForWriting(file_, path)) {
    // The sequence of a new page starts at a value that no other page has reached: a reader never
    // takes words of two pages for those of one. It starts odd, as a daemon that died while it
    // wrote leaves it: there is nothing to read before the first content.
    if (word(page::kSequenceWord).load(std::memory_order_relaxed) == 0) {
        const auto now =
            static_cast<std::uint64_t>(page::RawTimeline::now().time_since_epoch().count());
        word(page::kSequenceWord).store(now | 1, std::memory_order_relaxed);
    }
}

PageWriter::~PageWriter() { ::munmap(words_, page::kPageBytes); }

void PageWriter::publish(const std::function<std::optional<page::Content>()>& compute) {
    const std::uint64_t before = word(page::kSequenceWord).load(std::memory_order_relaxed);
    const std::uint64_t odd = before | 1;
    word(page::kSequenceWord).store(odd, std::memory_order_seq_cst);
    const std::optional<page::Content> content = compute();
    if (content) {
        store(*content);
    }
    if (content || before != odd) {
        word(page::kSequenceWord).store(odd + 1, std::memory_order_release);
    }
}

void PageWriter::store(page::Content content) {
    content.clock.boot = boot_;
    content.clock.maxBound = publisher_.maxBound;
    content.description.role = publisher_.role;
    assign(content.description.name, publisher_.name);
    const page::ContentWords words = page::toWords(content);
    for (std::size_t i = 0; i < words.size(); ++i) {
        word(page::kFirstContentWord + i).store(words[i], std::memory_order_release);
    }
    // The file is a page from here on.
    word(page::kVersionWord).store(page::kPageVersion, std::memory_order_relaxed);
    word(page::kMagicWord).store(page::kPageMagic, std::memory_order_release);
}

}  // namespace berkeley::host
