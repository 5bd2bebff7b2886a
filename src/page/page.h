/// The published page: a daemon's group clock as 64-bit words in a file that any process can map.
/// Defines the words and what follows from them about one instant.
///
/// docs/page.md describes the page for programs that read it without this code. The words are in
/// the order of Content, after magic, version and sequence. Units: std::chrono, or in the name.
/// Thread safety: values. Nothing here throws or allocates.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "page/raw_clock.h"
#include "time/adjustable_clock.h"
#include "time/pause.h"

namespace berkeley::page {

inline constexpr std::uint64_t kPageMagic = 0x59454C454B524542;  // "BERKELEY", little-endian
inline constexpr std::uint64_t kPageVersion = 3;

/// The indices of the words that are not content.
inline constexpr std::size_t kMagicWord = 0;
inline constexpr std::size_t kVersionWord = 1;
inline constexpr std::size_t kSequenceWord = 2;
inline constexpr std::size_t kFirstContentWord = 3;

/// Everything needed to tell the time.
struct Clock {
    bool adjusted{};  ///< at least once; before that the bound means nothing
    HostLine host;
    BoundedLine line;
    std::uint64_t cycle{};     ///< sync cycle of the last adjustment
    RawTime adjustedAt;        ///< when that adjustment came
    Nanoseconds suspended{};   ///< how long the machine had been suspended by then, at most
    BootId boot;               ///< the run of the machine in which the page was written
    Nanoseconds interval{};    ///< from one sync cycle to the next
    Nanoseconds maxBound{};    ///< above it the clock counts as unsynchronized
    PauseKind suspect{};       ///< why the clock is not believed until it is measured again
    std::uint64_t vmMarker{};  ///< VmClock::marker() at the last adjustment
};
inline constexpr std::size_t kClockWords = 21;

enum class Role : std::uint64_t { none, master, slave };

/// Further facts that people want to know.
struct Description {
    Role role{};
    Nanoseconds lastOffset{};       ///< how far the last adjustment moved the clock
    Nanoseconds deviation{};        ///< standard deviation of the clock's error then
    double driftDeviationPpb{};     ///< standard deviation of the error of its rate
    std::uint64_t group{};          ///< the group whose line it is on; 0 for none
    std::uint64_t term{};           ///< of the group at that adjustment
    std::uint64_t steps{};          ///< steps forward since the first adjustment
    std::array<char, 48> name{};    ///< of this clock, padded with zeros
    std::array<char, 64> source{};  ///< the master that sent the adjustment; "" for a master's own
};
inline constexpr std::size_t kDescriptionWords = 21;

struct Content {
    Clock clock;
    Description description;
};

inline constexpr std::size_t kContentWords = kClockWords + kDescriptionWords;
inline constexpr std::size_t kPageWords = kFirstContentWord + kContentWords;
inline constexpr std::size_t kPageBytes = kPageWords * sizeof(std::uint64_t);

using ContentWords = std::array<std::uint64_t, kContentWords>;

ContentWords toWords(const Content& content);

/// Reads the words of this version or of the previous one, which has the same words except for
/// those that it lacks. Returns nothing for any other version.
std::optional<Content> toContent(const ContentWords& words, std::uint64_t version);

enum class Status {
    synchronized,    ///< adjustments come
    holdover,        ///< adjustments no longer come; the bound holds and grows
    unsynchronized,  ///< the bound is unknown or too large
};

/// Why a clock is unsynchronized.
enum class Reason {
    none,           ///< the clock is not unsynchronized
    neverAdjusted,  ///< the time is this machine's own
    boundTooLarge,  ///< larger than the page's limit; it still holds
    suspended,      ///< suspended since the last adjustment: the time is behind by that
    otherBoot,      ///< the page was written before this machine was rebooted
    interrupted,    ///< the daemon died while writing the page
    stopped,        ///< the host stopped this virtual machine since the last adjustment
};

/// What a page says about one instant.
struct Reading {
    Status status = Status::unsynchronized;
    Reason reason = Reason::none;
    GroupTime time{};                    ///< unset unless isOfPage()
    std::optional<Nanoseconds> bound{};  ///< largest possible distance to the group's time
    std::uint64_t cycle{};               ///< of the last adjustment

    /// Whether the time comes from the page.
    bool isOfPage() const { return reason != Reason::otherBoot && reason != Reason::interrupted; }
};

/// The circumstances of a reading.
struct Instant {
    RawTime raw;
    Nanoseconds suspended{};  ///< how long this machine has been suspended, at least
    BootId boot;
    std::uint64_t vmMarker{};  ///< VmClock::marker()
};

Reading evaluate(const Clock& clock, const Instant& instant);

}  // namespace berkeley::page
