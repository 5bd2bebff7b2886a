/// Which of several masters is the active one; the others are standbys that follow it.
///
/// The masters are ranked, in the same order everywhere; 0 is the highest. When no master is
/// active, a standby takes over: one that knows the group's time before one that does not, then the
/// highest-ranked. It stays active when a better one comes back. There is no quorum: each side of a
/// partition has its own active master.
///
/// When two active masters meet (a partition has healed, or one stood still and does not know it),
/// one resigns: the one that leads fewer members; of equals the one that leads in the smaller term;
/// of equals the lower-ranked one. The term of a master is larger than all terms that it knew of
/// when it became active. Both first count their members anew, in a sync cycle that begins after
/// they have met, so that neither wins by what was true before. Neither resigns before the other
/// knows its count, so that they do not both resign. The other masters keep following their active
/// master until it resigns. A master of an older version has no term; between it and another master
/// rank decides, at once.
///
/// A master counts as alive for `patience` after the latest time at which it was certainly alive:
/// when this master sent the announcement that the other one answers, by this master's clock. So
/// what arrives late, from a full buffer or from a process that was stopped before it sent, can
/// neither revive a dead master nor make a former one active; and a link that works in only one
/// direction is no link. In the same way, a count is new if it began after the other master had
/// heard an announcement that this one has sent since they met.
///
/// Each master looks when it announces itself and when it has heard another. It announces itself to
/// each of the others, over a link that keeps the order, so often that the time between two
/// announcements plus the time that one takes to arrive is at most a quarter of patience. Then,
/// among masters that all reach each other,
/// - two are never active at once, unless a link has failed or lost messages, or a master has been
///   frozen: stopped together with its clock. Once the link or the master works again, two may be
///   active until each has ended a sync cycle that began at least three quarters of patience later,
///   and for half of patience more;
/// - one is active and all the others follow it, one and a quarter patience after the last of them
///   died, began, stopped or continued, or a link between them failed or healed; where two were
///   active, a quarter of patience after one of them has resigned;
/// - the active one stays active for as long as it lives, is not stopped for a quarter of patience,
///   and meets no other active one that leads more members. So a frozen master loses the group to
///   the one that took it over, and so does a master that was cut off alone.
///
/// Units: time is since a common zero of all processes of this machine, on a clock that runs on
/// while the process is stopped or the machine suspended (CLOCK_BOOTTIME). Thread safety: none.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "time/timeline.h"

namespace berkeley::sync {

using Rank = std::size_t;

/// One takeover a second for 34 years.
inline constexpr std::uint32_t kMostTerms = 1U << 30;
/// More clocks than a master could ever poll.
inline constexpr std::uint32_t kMostMembers = 1U << 24;

/// What an active master leads; the larger claim is the better one.
struct Claim {
    std::uint32_t members{};  ///< that answered in its latest sync cycle, itself included
    std::uint32_t term{};

    friend auto operator<=>(const Claim&, const Claim&) = default;
};

/// From one master to one other. The receiver uses the sender's clock only to return `sent`.
struct Announcement {
    Rank from{};
    bool active{};
    Nanoseconds wait{};  ///< until `from` has listened long enough to become active; then zero
    Nanoseconds sent{};  ///< on the clock of `from`
    std::optional<Nanoseconds>
        answers{};          ///< `sent` of the latest announcement that `from` has from the receiver
    std::uint64_t group{};  ///< id of the group whose time `from` knows; 0 for none
    /// What an active master leads; of a standby, the largest term that it knows of. An older
    /// version has no claim.
    Claim claim{};
    /// `sent` of the latest announcement that `from` had from the receiver when it began to count
    /// its members.
    std::optional<Nanoseconds> counted{};

    friend bool operator==(const Announcement&, const Announcement&) = default;
};

/// Why a master is no longer active.
struct Resignation {
    Rank winner{};
    Claim claim;   ///< of the winner; without a term, the winner has won by rank alone
    Claim former;  ///< of this master

    friend bool operator==(const Resignation&, const Resignation&) = default;
};

class Election {
  public:
    /// `self` is less than `masters`. The master listens for `patience` before it may become
    /// active.
    Election(Rank self, std::size_t masters, Nanoseconds patience, Nanoseconds now);

    /// Returns the active master as far as this one knows; it may be this one. A master whose
    /// previous look is more than a quarter of patience ago was stopped: it begins anew.
    std::optional<Rank> look(Nanoseconds now);

    /// Whether this master is still active, without a look: false if it was stopped since the last
    /// look. To be asked before it acts.
    bool mayAct(Nanoseconds now) const;

    /// Returns the term in which this master leads; while it is not active, the largest term that
    /// it knows of.
    std::uint32_t term() const { return active_ ? claim_.term : largestTerm_; }

    /// Returns the better master to which this one has yielded since it was last active; nothing if
    /// it gave up for another reason.
    const std::optional<Resignation>& resignation() const { return resignation_; }

    /// Takes note of what this master's clock knows: the group (0 for none) and the term in which
    /// it is led.
    void know(std::uint64_t group, std::uint32_t term, Nanoseconds now);

    /// Called by an active master in each interval, when a sync cycle begins and when it has ended.
    /// `members` is how many have answered, this master included; it is 1 if there is no sync cycle
    /// for lack of slaves, because the master then leads only itself.
    void beginCount(Nanoseconds now);
    void endCount(std::uint32_t members, Nanoseconds now);

    /// Looks first, so that what the announcement says is true.
    Announcement announcementTo(Rank to, Nanoseconds now);

    /// Makes this master inactive; it has to listen anew. So the others need not wait once they
    /// have heard of it.
    void resign(Nanoseconds now);

    /// Ignores announcements from this master itself and from ranks that do not exist.
    void heard(const Announcement& announcement, Nanoseconds now);

  private:
    struct Peer {
        std::optional<Nanoseconds> toAnswer;  ///< `sent` of its latest announcement
        std::optional<Nanoseconds> alive;     ///< the latest time at which it was certainly alive
        std::optional<Nanoseconds> acted;     ///< likewise as the active one, since it began
        bool active{};
        Nanoseconds ready{};  ///< the earliest time at which it may become active
        std::uint64_t group{};
        Claim claim;
        std::optional<Nanoseconds> counted;  ///< as it says, on this master's clock
        std::optional<Nanoseconds> met;      ///< since when it has been heard as an active one
        std::optional<Nanoseconds> atBegin;  ///< `toAnswer` when this master's count began
        std::optional<Nanoseconds> atCount;  ///< likewise for the latest count that has ended
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
    Nanoseconds claimed_{};  ///< since when this has been its claim
    Nanoseconds countBegins_{};
    std::optional<Nanoseconds> countBegan_;  ///< when the latest count that has ended began
    std::optional<Resignation> resignation_;
};

}  // namespace berkeley::sync
