/// Reads a published page, again and again, from any thread.
///
/// Costs no system call beyond what clock_gettime() costs, takes no lock, allocates nothing and
/// throws nothing, so it also serves programs that are in the middle of anything. Source of the
/// protocol: Boehm, "Can seqlocks get along with programming language memory models?" (2012).
/// Units: std::chrono. Thread safety: const members from any thread.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <optional>

#include "page/page.h"
#include "page/vm_clock.h"

namespace berkeley::page {

enum class Error {
    none,
    missing,       ///< there is no such file, as no daemon publishes there
    refused,       ///< this user may not read it
    notAPage,      ///< the file is of another kind
    otherVersion,  ///< a daemon of another version writes it
    system,        ///< errno says what
};

/// Short enough to be kept wherever a page is read.
using Path = std::array<char, 512>;

/// Where a daemon publishes unless it is told otherwise: "berkeley/ROLE.page" in /run or, for
/// users that may not write there, in `userFolder`. `index` counts them in the order of preference;
/// false beyond the last one.
bool defaultPagePath(std::size_t index, const char* role, const char* userFolder, Path& path);

/// XDG_RUNTIME_DIR in the environment, or ""; also "" for a program with more rights than its
/// user, who could name any file.
const char* userRuntimeFolder();

class GroupPage {
  public:
    constexpr GroupPage() = default;
    ~GroupPage() { close(); }
    GroupPage(const GroupPage&) = delete;
    GroupPage& operator=(const GroupPage&) = delete;

    /// The page at `path`. With nullptr, the one that BERKELEY_PAGE in the environment names, else
    /// that of this machine's daemon: of several, the one that was adjusted last. A program with
    /// more rights than its user does not look at the environment.
    Error open(const char* path);
    void close();
    bool isOpen() const { return words_ != nullptr; }
    const char* path() const { return path_.data(); }

    /// The time right now. While the clock is not synchronized it is looked, once a second, whether
    /// a daemon has put another page into the place of this one.
    Reading now() const;

    /// Nothing when the daemon died while it wrote.
    std::optional<Content> content() const;

  private:
    Error openAt(const char* path);
    Error findBest(Path& found) const;
    RawTime lastAdjustment() const;
    enum class Patience { none, forAWrite };
    template <class Visit>
    bool read(const Visit& visit, RawTime& raw, Patience patience = Patience::forAWrite) const;
    bool readClock(Clock& clock, RawTime& raw, Patience patience = Patience::forAWrite) const;
    bool mayGoOn(int tries, std::uint64_t sequence, RawTime& since) const;
    Nanoseconds suspendedBy(RawTime raw) const;
    void lookForAnother(RawTime raw) const;
    std::atomic_ref<std::uint64_t> word(std::size_t index) const {
        return std::atomic_ref<std::uint64_t>{words_[index]};
    }

    std::uint64_t* words_ = nullptr;
    VmClock vmClock_;
    bool vmClockSought_ = false;
    BootId boot_{};
    Path path_{};
    bool isSearched_ = false;  ///< rather than named
    Path userFolder_{};        ///< as it was when the page was opened: the environment may change
    mutable std::atomic<std::uint64_t> deadSequence_{0};  ///< of a daemon that died while it wrote
    mutable std::atomic<std::uint64_t> device_{0};        ///< of the file, as inode_
    mutable std::atomic<std::uint64_t> inode_{0};
    mutable std::atomic<std::int64_t> comparedAt_{0};  ///< system and raw clock, in raw time
    mutable std::atomic<std::int64_t> systemMinusRaw_{INT64_MIN};  ///< when the kernel was asked
    mutable std::atomic<std::int64_t> suspended_{0};               ///< as it said then
    mutable std::atomic<std::int64_t> soughtAt_{0};                ///< another page, in raw time
};

}  // namespace berkeley::page
