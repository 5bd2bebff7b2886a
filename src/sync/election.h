/// Which of several masters is the active one; the others are standbys that follow it.
///
/// The masters are ranked, in the same order everywhere; 0 is the highest. When no master is
/// active, a standby becomes so: one that knows the group's time before one that does not, then
/// the highest-ranked. It stays so when a better one comes back. There is no quorum: each side of
/// a partition has its own active master.
///
/// When two meet that are both active (a partition has healed, or one stood still and does not know
/// it), one resigns: who leads fewer members; of equals who leads in the smaller term; of equals
/// the lower-ranked one. A term is larger than all that a master knew of when it became active.
/// Each of the two first counts its members anew, in a sync cycle that begins after they have met,
/// so that none wins by what was true before; and neither resigns before the other one knows its
/// count, so that they do not both. The others keep to the active one that they follow until it
/// resigns. A master of an older version has no term; between it and another one rank decides, at
/// once.
///
/// A master counts as alive for `patience` after the latest time at which it certainly was: when
/// this master sent what the other one answers, by this master's clock. So what arrives late, from
/// a full buffer or a process that was stopped before it sent, cannot make a dead master live or a
/// former one active; and a link that carries only one direction is none. In the same way a count
/// is new when it began after the other one had heard what this one sent since they met.
///
/// Each master looks when it announces itself and when it has heard another. It announces
/// itself to each other one, over a link that keeps the order, so often that the time from one
/// announcement to the next and the time it takes to arrive are together a quarter of patience at
/// most. Then, among masters that all reach each other,
/// - two are never active at once, unless a link has failed or lost messages, or a master has been
///   frozen: stopped, and its clock too. When it works again, until each has ended a sync cycle
///   that began no sooner than three quarters of patience later, and for half of patience more;
/// - one is active, and all the others follow it, one and a quarter patience after the last of them
///   died, began, stopped or went on, or a link between them failed or healed; where two were
///   active, a quarter of patience after the one has resigned;
/// - the active one stays active for as long as it lives, is not stopped for a quarter of patience,
///   and meets no other active one that leads more members. So a frozen master loses the group to
///   the one that took it over, and so does one that was cut off alone.
///
/// Units: time is since any common zero of this machine's processes, on a clock that goes on while
/// the process is stopped or the machine suspended (CLOCK_BOOTTIME). Thread safety: none.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "time/timeline.h"

namespace berkeley::sync {

using Rank = std::size_t;

/// A takeover a second, for 34 years.
inline constexpr std::uint32_t kMostTerms = 1U << 30;
/// More clocks than a master could ever poll.
inline constexpr std::uint32_t kMostMembers = 1U << 24;

/// What an active master leads; the larger one is the better one.
struct Claim {
    std::uint32_t members{};  ///< which answered in its latest sync cycle, itself among them
    std::uint32_t term{};

    friend auto operator<=>(const Claim&, const Claim&) = default;
};

/// From one master to one other. Who receives it makes no use of the clock it was sent by, but to
/// give `sent` back.
struct Announcement {
    Rank from{};
    bool active{};
    Nanoseconds wait{};  ///< until `from` has listened long enough to become active; then zero
    Nanoseconds sent{};  ///< on the clock of `from`
    std::optional<Nanoseconds>
        answers{};          ///< `sent` of the latest that `from` has from the receiver
    std::uint64_t group{};  ///< the id of the group whose time `from` knows; 0: of none
    /// In which an active one leads; of a standby the largest that it knows of. Of an older version
    /// there is no claim.
    Claim claim{};
    /// `sent` of the latest that `from` had from the receiver when it began to count its members.
    std::optional<Nanoseconds> counted{};

    friend bool operator==(const Announcement&, const Announcement&) = default;
};

/// Why a master is not active any more.
struct Resignation {
    Rank winner{};
    Claim claim;   ///< of the winner; without a term by its rank alone
    Claim former;  ///< of this master

    friend bool operator==(const Resignation&, const Resignation&) = default;
};

class Election {
  public:
    /// `self` is less than `masters`. It listens for `patience` before it may become active.
    Election(Rank self, std::size_t masters, Nanoseconds patience, Nanoseconds now);

    /// The active master, as far as this one knows, which may be itself. A master whose previous
    /// look is more than a quarter of patience ago was stopped: it begins anew.
    std::optional<Rank> look(Nanoseconds now);

    /// Whether this master is still active, without a look: not when it was stopped since the last
    /// one. To be asked before it acts.
    bool mayAct(Nanoseconds now) const;

    /// In which this master leads; while it is not active, the largest that it knows of.
    std::uint32_t term() const { return active_ ? claim_.term : largestTerm_; }

    /// Which better one it has met since it was last active; nothing when it gave up without.
    const std::optional<Resignation>& resignation() const { return resignation_; }

    /// What this master's clock knows: of which group (0: none), led in which term.
    void know(std::uint64_t group, std::uint32_t term, Nanoseconds now);

    /// Of an active master, in each interval: a sync cycle begins; and it has ended, with so many
    /// members that have answered, this master among them. Where there is none, for want of
    /// slaves, it leads only itself.
    void beginCount(Nanoseconds now);
    void endCount(std::uint32_t members, Nanoseconds now);

    /// Looks, so that what it says is true.
    Announcement announcementTo(Rank to, Nanoseconds now);

    /// It is not active any more and has to listen anew, so that the others, once they have heard
    /// of it, need not wait.
    void resign(Nanoseconds now);

    /// Announcements from itself, or from a rank that there is not, are ignored.
    void heard(const Announcement& announcement, Nanoseconds now);

  private:
    struct Peer {
        std::optional<Nanoseconds> toAnswer;  ///< `sent` of its latest announcement
        std::optional<Nanoseconds> alive;     ///< the latest time at which it certainly was
        std::optional<Nanoseconds> acted;     ///< likewise, since it began, as the active one
        bool active{};
        Nanoseconds ready{};  ///< the earliest time at which it may become active
        std::uint64_t group{};
        Claim claim;
        std::optional<Nanoseconds> counted;  ///< as it says; by this master's clock
        std::optional<Nanoseconds> met;      ///< since when it is heard as an active one
        std::optional<Nanoseconds> atBegin;  ///< `toAnswer` when this master's count began
        std::optional<Nanoseconds> atCount;  ///< likewise of the count that has ended
    };

    static bool isBetter(Rank rank, const Claim& claim, Rank other, const Claim& others);

    void begin(Nanoseconds now);
    void hearOfTerm(std::uint32_t term);
    void becomeActive();
    bool wasStopped(Nanoseconds now) const;
    bool isRecent(std::optional<Nanoseconds> time, Nanoseconds now) const;
    bool isActive(const Peer& peer, Nanoseconds now) const;
    bool mustYieldTo(const Peer& peer, Nanoseconds now) const;
    void yieldToBest(Nanoseconds now);
    std::optional<Rank> activePeer(Nanoseconds now) const;
    bool mayBecomeActive(Nanoseconds now) const;
    bool betterIsReady(Nanoseconds now) const;

    Rank self_;
    Nanoseconds patience_;
    std::vector<Peer> peers_;  ///< by rank; the one at `self_` is never heard
    Nanoseconds began_{};
    Nanoseconds looked_{};
    bool active_{};
    std::optional<Rank> follows_;
    std::uint64_t group_{};
    std::uint32_t largestTerm_{};
    Claim claim_;
    Nanoseconds claimed_{};  ///< since when that is its claim
    Nanoseconds countBegins_{};
    std::optional<Nanoseconds> countBegan_;  ///< of the latest count that has ended
    std::optional<Resignation> resignation_;
};

}  // namespace berkeley::sync
