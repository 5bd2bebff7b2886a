/// Reads a published page repeatedly, from any thread.
///
/// A reading costs no system call beyond what clock_gettime() costs, takes no lock, allocates
/// nothing and throws nothing, so a program may read at any point. Source of the protocol: Boehm,
/// "Can seqlocks get along with programming language memory models?" (2012). Units: std::chrono.
/// Thread safety: const members from any thread.
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
    missing,       ///< no daemon publishes there
    refused,       ///< this user may not read it
    notAPage,      ///< the file is not a page
    otherVersion,  ///< a daemon of another version writes it
    system,        ///< see errno
};

/// Short enough to keep wherever a page is read.
using Path = std::array<char, 512>;

/// Finds where a daemon publishes by default: "berkeley/ROLE.page" in /run or, for users that may
/// not write there, in `userFolder`. `index` counts these places in order of preference; returns
/// false beyond the last one.
bool defaultPagePath(std::size_t index, const char* role, const char* userFolder, Path& path);

/// Returns XDG_RUNTIME_DIR from the environment, or "". Also returns "" in a program with more
/// rights than its user, who could name any file.
const char* userRuntimeFolder();

class GroupPage {
  public:
    constexpr GroupPage() = default;
    ~GroupPage() { close(); }
    GroupPage(const GroupPage&) = delete;
    GroupPage& operator=(const GroupPage&) = delete;

    /// Opens the page at `path`. With nullptr, opens the page that BERKELEY_PAGE in the environment
    /// names or, without it, that of this machine's daemon; of several, the one that was adjusted
    /// last. A program with more rights than its user ignores the environment.
    Error open(const char* path);
    void close();
    bool isOpen() const { return words_ != nullptr; }
    const char* path() const { return path_.data(); }

    /// Reads the time now. While the clock is not synchronized, checks once a second whether a
    /// daemon has replaced this page with a new one.
    Reading now() const;

    /// Returns nothing if the daemon died while writing.
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
    bool isSearched_ = false;  ///< the path was searched for, not named
    Path userFolder_{};        ///< as of open(): the environment may change
    mutable std::atomic<std::uint64_t> deadSequence_{0};  ///< of a daemon that died writing
    mutable std::atomic<std::uint64_t> device_{0};        ///< of the file, like inode_
    mutable std::atomic<std::uint64_t> inode_{0};
    mutable std::atomic<std::int64_t> comparedAt_{0};              ///< raw time of last comparison
    mutable std::atomic<std::int64_t> systemMinusRaw_{INT64_MIN};  ///< when the kernel was asked
    mutable std::atomic<std::int64_t> suspended_{0};               ///< what the kernel said then
    mutable std::atomic<std::int64_t> soughtAt_{0};                ///< raw time of the last search
};

}  // namespace berkeley::page
