/// Which master is active, as the threads of this one know it.
///
/// A master without others is always active. One of several begins as a standby; the election
/// (election.h) decides, and the thread that watches it carries out what it has decided: carryOut()
/// changes what slaves are told, the rest is theirs to do. Units: std::chrono. Thread safety: any
/// thread.
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

    /// Under which the others know this one, and its key: "master-1" has rank 0.
    static std::string nameOf(sync::Rank rank);

    std::vector<std::string> namesOfOthers() const;
};

class Leadership {
  public:
    /// Always active.
    Leadership() = default;

    /// A master that is silent for `patience` is taken for dead.
    Leadership(MasterRanks ranks, Nanoseconds patience);

    /// Whether this master is active, by what was carried out.
    bool isActive() const;

    /// The same, and that it was not stopped for so long that another one may have taken over.
    bool mayAct() const;

    /// What a slave is told that says hello: welcome, or where else to go.
    wire::Message greeting(Nanoseconds interval) const;

    /// What the election says now.
    std::optional<sync::Rank> look();
    /// Of one of several. Why it is not active any more, if it has met a better one.
    std::optional<sync::Resignation> resignation() const;
    /// In which it leads; of a standby the largest that it knows of.
    std::uint32_t term() const;
    /// What this master's clock knows: of which group (0: none), led in which term.
    void know(std::uint64_t group, std::uint32_t term);
    /// The active one's sync cycle begins; and it has ended, with so many members that have
    /// answered, this master among them. In place of a cycle that is left out both, with 1.
    void cycleBegins();
    void cycleEnded(std::uint32_t members);
    /// This master is about to end: the next announcements say that another one may lead.
    void resign();
    /// This one, if `active` is its rank; else a standby of that one, or of nobody.
    void carryOut(std::optional<sync::Rank> active);

    /// Throws WireError when it is no announcement for a master of this group.
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
