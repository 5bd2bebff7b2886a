/// The published page: a daemon's group clock as 64-bit words in a file that any process can map.
/// What the words are, and what follows from them about one instant.
///
/// docs/page.md describes it for programs that read the page without this code; the order of the
/// words is that of Content, after magic, version and sequence. Units: std::chrono, or in the
/// name. Thread safety: values. Nothing here throws or allocates.
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

/// Where the words are that are not content.
inline constexpr std::size_t kMagicWord = 0;
inline constexpr std::size_t kVersionWord = 1;
inline constexpr std::size_t kSequenceWord = 2;
inline constexpr std::size_t kFirstContentWord = 3;

/// Everything that tells the time.
struct Clock {
    bool adjusted{};  ///< whether the clock ever was; the bound means nothing before
    HostLine host;
    BoundedLine line;
    std::uint64_t cycle{};     ///< sync cycle of the last adjustment
    RawTime adjustedAt;        ///< when it came
    Nanoseconds suspended{};   ///< how long the machine had been, at most, by then
    BootId boot;               ///< the run of the machine in which the page was written
    Nanoseconds interval{};    ///< from one sync cycle to the next
    Nanoseconds maxBound{};    ///< with a larger bound the clock counts as unsynchronized
    PauseKind suspect{};       ///< why the clock is not believed until it is measured again
    std::uint64_t vmMarker{};  ///< VmClock::marker() at the last adjustment
};
inline constexpr std::size_t kClockWords = 21;

enum class Role : std::uint64_t { none, master, slave };

/// What people want to know besides.
struct Description {
    Role role{};
    Nanoseconds lastOffset{};       ///< by how much the last adjustment moved the clock
    Nanoseconds deviation{};        ///< standard deviation of the clock's error then
    double driftDeviationPpb{};     ///< standard deviation of the error of its rate
    std::uint64_t group{};          ///< whose line it is, 0 for no group's
    std::uint64_t term{};           ///< of the group's leader then
    std::uint64_t steps{};          ///< forward, after the first adjustment
    std::array<char, 48> name{};    ///< of this clock; zeros after it
    std::array<char, 64> source{};  ///< of whom the adjustment came, "" for a clock's own
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

/// Of a page of this version or the one before, whose words are the same but for those that it
/// lacks; nothing of another version.
std::optional<Content> toContent(const ContentWords& words, std::uint64_t version);

enum class Status {
    synchronized,    ///< adjustments come
    holdover,        ///< they do not come any more; the bound holds, and grows
    unsynchronized,  ///< the bound is unknown or too large
};

/// Why a clock is unsynchronized.
enum class Reason {
    none,           ///< it is not
    neverAdjusted,  ///< by anybody yet: the time is this machine's own
    boundTooLarge,  ///< larger than the page's limit; it holds all the same
    suspended,      ///< the machine was, since the last adjustment: the time is late by that
    otherBoot,      ///< the page was written before this machine was started again
    interrupted,    ///< the daemon died while it wrote the page
    stopped,        ///< the virtual machine was, by its host, since the last adjustment
};

/// What a page says about one instant.
struct Reading {
    Status status = Status::unsynchronized;
    Reason reason = Reason::none;
    GroupTime time{};                    ///< unset when not of the page
    std::optional<Nanoseconds> bound{};  ///< largest possible distance to the group's time
    std::uint64_t cycle{};               ///< of the last adjustment

    /// Whether the time was made from the page.
    bool isOfPage() const { return reason != Reason::otherBoot && reason != Reason::interrupted; }
};

/// Circumstances of a reading.
struct Instant {
    RawTime raw;
    Nanoseconds suspended{};  ///< how long this machine has been, at least
    BootId boot;
    std::uint64_t vmMarker{};  ///< VmClock::marker()
};

Reading evaluate(const Clock& clock, const Instant& instant);

}  // namespace berkeley::page
