/// A daemon's group clock in a file that other processes map: read without asking the daemon.
///
/// The page is kPageWords 64-bit words in the machine's byte order; docs/algorithm.md says how a
/// reader gets the time and its bound from them:
///
///     0  magic "BERKELEY"              8  correction, ns, at the anchor
///     1  version                       9  frequency, ppb, a double
///     2  sequence, odd while written  10  slew rate, ppb, a double
///     3  1 when synchronized          11  end of the slew, host ns
///     4  raw anchor, ns               12  reference of the bound, host ns
///     5  host time at it, ns          13  bound, ns, at the reference
///     6  host drift, ppb, a double    14  growth of the bound, ppb, a double
///     7  anchor of the correction,    15  sync cycle of the last adjustment
///        host ns
///
/// One process writes, any number read. Units: std::chrono, or in the name. Source of the protocol:
/// Boehm, "Can seqlocks get along with programming language memory models?" (2012).
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "berkeley/host/host_clock.h"
#include "berkeley/sync/discipline.h"

namespace berkeley {

inline constexpr std::size_t kPageWords = 16;
inline constexpr std::uint64_t kPageVersion = 1;

/// Everything that tells group time from the raw clock alone.
struct PageContent {
    HostLine host;
    ClockState clock;
};

/// What a page says about one instant.
struct PageReading {
    bool synchronized{};  ///< when false, `time` is this machine's own and the bound is unknown
    GroupTime time;
    std::optional<Nanoseconds> bound;  ///< largest possible distance to the group's time
};

/// Maps a file into memory for as long as it lives. Not copyable.
class MappedPage {
  public:
    using Words = std::array<std::uint64_t, kPageWords>;

    MappedPage(const std::string& path, bool writable);
    ~MappedPage();
    MappedPage(const MappedPage&) = delete;
    MappedPage& operator=(const MappedPage&) = delete;

    std::atomic_ref<std::uint64_t> word(std::size_t index) const {
        return std::atomic_ref<std::uint64_t>{(*words_)[index]};
    }

  private:
    int file_ = -1;
    Words* words_ = nullptr;
};

/// Belongs to one thread.
class PageWriter {
  public:
    /// Creates the file (readable by all) or takes over an old one. std::runtime_error, with the
    /// path and the remedy, when that fails or another daemon publishes there.
    explicit PageWriter(const std::string& path);

    /// Calls `compute` after readers have been turned away from the old content, and publishes what
    /// it returns. A clock that is read and changed in there never goes backward for a reader.
    void publish(const std::function<PageContent()>& compute);

  private:
    MappedPage page_;
};

/// Const members from any thread. They throw std::runtime_error when the daemon died while it
/// wrote.
class PageReader {
  public:
    /// std::runtime_error when there is no page of this version at `path`.
    explicit PageReader(const std::string& path);

    /// The time right now.
    PageReading now() const;

    /// The time at `raw`, as the page's present content tells it.
    PageReading at(RawTime raw) const;

  private:
    MappedPage page_;
};

}  // namespace berkeley
