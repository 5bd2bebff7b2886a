/// Which of several masters is the active one; the others are standbys that follow it.
///
/// The masters are ranked, in the same order everywhere; 0 is the highest. A standby follows the
/// highest-ranked active master. When there is none, the highest-ranked standby becomes active.
/// It stays so when a higher-ranked one comes back, but of two active masters (a partition has
/// healed) the lower-ranked one yields. There is no quorum: each side of a partition has its own
/// active master.
///
/// A master counts as alive for `patience` after the latest time at which it certainly was: when
/// this master sent what the other one answers, by this master's clock. So what arrives late, from
/// a full buffer or a process that was stopped before it sent, cannot make a dead master live or a
/// former one active; and a link that carries only one direction is none.
///
/// Each master looks when it announces itself and when it has heard another one. It announces
/// itself to each other one, over a link that keeps the order, so often that the time from one
/// announcement to the next and the time it takes to arrive are together a quarter of patience at
/// most. Then, among masters that all reach each other,
/// - two are never active at once, unless a link has failed or lost messages; when it works again,
///   for half of patience at most;
/// - one is active, and all the others follow it, one and a quarter patience after the last of them
///   died, began, stopped or went on, or a link between them failed or healed;
/// - the active one stays active for as long as it lives, is not stopped for a quarter of patience,
///   and hears of no higher-ranked active one.
///
/// Units: time is since any common zero of this machine's processes, on a clock that goes on while
/// the process is stopped or the machine suspended (CLOCK_BOOTTIME). Thread safety: none.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "berkeley/time/timeline.h"

namespace berkeley {

using Rank = std::size_t;

/// From one master to one other. Who receives it makes no use of the clock it was sent by, but to
/// give `sent` back.
struct Announcement {
    Rank from{};
    bool active{};
    Nanoseconds wait{};  ///< until `from` has listened long enough to become active; then zero
    Nanoseconds sent{};  ///< on the clock of `from`
    std::optional<Nanoseconds>
        answers{};  ///< `sent` of the latest that `from` has from the receiver

    friend bool operator==(const Announcement&, const Announcement&) = default;
};

class Election {
  public:
    /// `self` is less than `masters`. It listens for `patience` before it may become active.
    Election(Rank self, std::size_t masters, Nanoseconds patience, Nanoseconds now);

    /// The active master, as far as this one knows, which may be itself. A master whose previous
    /// look is more than a quarter of patience ago was stopped: it begins anew.
    std::optional<Rank> look(Nanoseconds now);

    /// Whether this master is still active, without a look: not when it was stopped since the last
    /// one. For whoever is about to act.
    bool mayAct(Nanoseconds now) const;

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
    };

    void begin(Nanoseconds now);
    bool wasStopped(Nanoseconds now) const;
    bool isRecent(std::optional<Nanoseconds> time, Nanoseconds now) const;
    std::optional<Rank> activePeer(Nanoseconds now) const;
    bool mayBecomeActive(Nanoseconds now) const;
    bool higherIsReady(Nanoseconds now) const;

    Rank self_;
    Nanoseconds patience_;
    std::vector<Peer> peers_;  ///< by rank; the one at `self_` is never heard
    Nanoseconds began_{};
    Nanoseconds looked_{};
    bool active_{};
};

}  // namespace berkeley
