/// The master: accepts slaves, polls them in every sync cycle, and tells every clock its change.
///
/// Mirrors the lab's server: one accept thread, one receive thread per slave, one periodic sync
/// thread. Units: std::chrono. Thread safety: as each function says.
#pragma once

#include <spdlog/logger.h>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "host/steered_clock.h"
#include "net/endpoint.h"
#include "net/key_file.h"
#include "net/listener.h"
#include "node/admission.h"
#include "node/leadership.h"
#include "node/move_log.h"
#include "node/observer.h"
#include "node/shared_group.h"
#include "observe/peer_counts.h"
#include "os/mutex.h"
#include "sync/group.h"

namespace berkeley::node {

class Receivers;
class Slave;
class SlaveSession;

struct MasterConfig {
    net::Endpoint listen{"127.0.0.1", 8080};
    Nanoseconds interval = std::chrono::seconds{5};
    std::size_t minSlaves = 1;  ///< with fewer, there is no sync cycle
    std::uint32_t cycles = 0;   ///< how many to run; 0: no limit
    sync::GroupOptions group;
    /// Only for one of several masters, which is a standby until activate().
    std::shared_ptr<Leadership> leadership{};
    std::optional<net::Keys> keys{};  ///< of those who may join; without keys, anyone may
    AdmissionLimits admission;
    std::chrono::milliseconds patience{5'000};  ///< for a peer's frame, and until it says who it is
    std::uint32_t unreadBytes{net::Listener::kUnreadBytes};  ///< kept for a peer that does not read
};

class MasterNode {
  public:
    /// `clock` must outlive the node.
    MasterNode(MasterConfig config, Observers observers, host::SteeredClock& clock,
               std::shared_ptr<spdlog::logger> logger);
    ~MasterNode();

    /// Binds, listens and starts the threads. Throws std::runtime_error when the address is not
    /// available.
    void initiateClockServer();

    /// Replaces the keys; the config must have some. A slave that joined with a former key is sent
    /// away, the others notice nothing. May be called from any thread but the node's own.
    void replaceKeys(net::Keys keys);

    /// Makes a standby lead the group, which continues with the time that the standby's clock has.
    void activate();

    /// Ends the sync cycle under way, and sends the slaves to the master that the leadership names.
    void standBy();

    /// Ends all threads and connections. May be called from any thread but the node's own;
    /// idempotent.
    void stop();

    /// Counts the peers that are connected and those that were sent away. Any thread.
    observe::PeerCounts peerCounts() const;

    /// Returns where it listens. Call it after initiateClockServer().
    net::Endpoint local() const;

  private:
    using Deadline = SharedGroup::Deadline;

    void synchronizeAllClocks();
    void leadGroup();
    bool isDone() const;
    /// Returns true when there are enough slaves, and the group is known or can be founded.
    bool isReady(Deadline& start, Deadline next);
    void lead(std::uint32_t term);

    void runCycle(std::uint32_t cycle, Deadline start);
    void lookForPause() REQUIRES(inCycle_);
    void pollAll(Deadline start) REQUIRES(inCycle_);
    sync::CycleOutcome getAverageClockDiff() REQUIRES(inCycle_);
    /// If the master's own adjustment cannot be applied, tells none and takes the changes out of
    /// `outcome`.
    void tellAll(sync::CycleOutcome& outcome) REQUIRES(inCycle_);
    void warnOf(const sync::CycleStatus& status) REQUIRES(inCycle_);
    void warnOfTooFast(const std::vector<sync::ClockStatus>& clocks) REQUIRES(inCycle_);
    void tell(const SlaveSession& session, Slave& slave, const sync::Adjustment& adjustment);

    void greetAll();

    const MasterConfig config_;
    const Observers observers_;
    host::SteeredClock& clock_;
    std::shared_ptr<spdlog::logger> logger_;
    SharedGroup group_;
    const std::shared_ptr<Leadership> leadership_;
    std::unique_ptr<Receivers> receivers_;
    os::Mutex inCycle_;                     ///< held by the sync thread during a sync cycle
    std::atomic<std::uint32_t> cycle_ = 0;  ///< the last that ended, as it is logged
    bool waits_ = false;                    ///< for new slaves to stop coming; sync thread only
    bool isDragged_ GUARDED_BY(inCycle_) = false;         ///< as last logged
    std::set<std::string> tooFast_ GUARDED_BY(inCycle_);  ///< clocks named in the log
    MoveLog moves_ GUARDED_BY(inCycle_);
    std::uint32_t cyclesRun_ = 0;  ///< sync thread only
    std::thread syncThread_;
};

}  // namespace berkeley::node
