/// Which master is active, as all threads of this one know it.
///
/// A master without others is always active. One of several begins as a standby; the election
/// (election.h) decides, and the watching thread carries out its decisions: carryOut() changes what
/// slaves are told, FailoverNode does the rest. Units: std::chrono. Thread safety: any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/endpoint.h"
#include "os/mutex.h"
#include "sync/election.h"
#include "wire/messages.h"

namespace berkeley::node {

/// The masters of a group by rank, and which of them this one is.
struct MasterRanks {
    std::vector<net::Endpoint> masters;
    sync::Rank self{};

    /// Returns the name under which the others know a master and its key; rank 0 is "master-1".
    static std::string nameOf(sync::Rank rank);

    std::vector<std::string> namesOfOthers() const;
};

class Leadership {
  public:
    /// For a master without others: always active.
    Leadership() = default;

    /// A master that is silent for `patience` is presumed dead.
    Leadership(MasterRanks ranks, Nanoseconds patience);

    /// Returns whether this master is active, as carried out.
    bool isActive() const;

    /// Returns whether this master is active and was not stopped so long that another may have
    /// taken over.
    bool mayAct() const;

    /// Returns the answer to a slave's hello: welcome, or where else to go.
    wire::Message greeting(Nanoseconds interval) const;

    /// Asks the election which master is active now.
    std::optional<sync::Rank> look();
    /// Returns why this master is no longer active, if it has met a better one. Only for one of
    /// several masters, as are term(), know(), resign() and announcementTo().
    std::optional<sync::Resignation> resignation() const;
    /// Returns the term in which this master leads; on a standby, the largest that it knows of.
    std::uint32_t term() const;
    /// Records which group this master's clock knows (0: none), and that group's term.
    void know(std::uint64_t group, std::uint32_t term);
    /// The active master calls these when its sync cycle begins and when it has ended, with the
    /// number of members that have answered, itself included. For a cycle that is left out, it
    /// calls both, with 1.
    void cycleBegins();
    void cycleEnded(std::uint32_t members);
    /// Gives up the lead because this master ends or has failed: the next announcements say that
    /// another may lead.
    void resign();
    /// Makes this master active if `active` is its rank, else a standby of that master, or of none.
    void carryOut(std::optional<sync::Rank> active);

    /// Takes in an announcement. Throws WireError if it is not meant for a master of this group.
    void heard(const wire::MasterAnnouncement& announcement);
    wire::MasterAnnouncement announcementTo(sync::Rank rank);

    const MasterRanks& ranks() const { return ranks_; }

  private:
    MasterRanks ranks_;
    std::uint64_t checksum_{};
    mutable os::Mutex lock_;
    std::optional<sync::Election> election_ GUARDED_BY(lock_);
    std::optional<sync::Rank> active_ GUARDED_BY(lock_) = 0;
};

}  // namespace berkeley::node
