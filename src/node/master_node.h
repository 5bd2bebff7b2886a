/// The master: accepts slaves, polls them once in every sync cycle, and tells every clock its
/// change.
///
/// Mirrors the lab's server: one accept thread, one receive thread for each slave, one periodic
/// sync thread. Units: std::chrono. Thread safety: as each function says.
#pragma once

#include <spdlog/logger.h>

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
    std::size_t minSlaves = 1;  ///< fewer, and there is no sync cycle
    std::uint32_t cycles = 0;   ///< how many to run; 0 for no end
    sync::GroupOptions group;
    /// Of one of several masters: it is a standby until activate().
    std::shared_ptr<Leadership> leadership{};
    std::optional<net::Keys> keys{};  ///< of those who may join; without them: everyone
    AdmissionLimits admission;
    std::chrono::milliseconds patience{5'000};  ///< for a peer's frame, and to say who it is
    std::uint32_t unreadBytes{net::Listener::kUnreadBytes};  ///< for a peer that does not read
};

class MasterNode {
  public:
    /// `clock` outlives the node.
    MasterNode(MasterConfig config, Observers observers, host::SteeredClock& clock,
               std::shared_ptr<spdlog::logger> logger);
    ~MasterNode();

    /// Binds, listens and starts the threads. std::runtime_error when the address cannot be had.
    void initiateClockServer();

    /// From now on these are the keys, where the config has some; a slave that joined with a
    /// former key is sent away, no other notices. From any thread but the node's own.
    void replaceKeys(net::Keys keys);

    /// The group is this master's now: it goes on with the time that it has. For one that stands
    /// by.
    void activate();

    /// Ends the sync cycle under way, and sends the slaves to the master that the leadership says.
    void standBy();

    /// Ends every thread and connection. From any thread but the node's own; again for nothing.
    void stop();

    /// Who is connected, and who was sent away. Any thread.
    observe::PeerCounts peerCounts() const;

    /// Where it listens; after initiateClockServer().
    net::Endpoint local() const;

  private:
    using Deadline = SharedGroup::Deadline;

    void synchronizeAllClocks();
    void leadGroup();
    bool isDone() const;
    /// True when there are slaves enough, and the group is known or can be founded.
    bool isReady(Deadline& start, Deadline next);
    void lead(std::uint32_t term);

    void runCycle(std::uint32_t cycle, Deadline start);
    void lookForPause() REQUIRES(inCycle_);
    void pollAll(Deadline start) REQUIRES(inCycle_);
    sync::CycleOutcome getAverageClockDiff() REQUIRES(inCycle_);
    /// What could not be told is taken out of `outcome`.
    void tellAll(sync::CycleOutcome& outcome) REQUIRES(inCycle_);
    void warnOf(const sync::CycleStatus& status);
    void tell(const SlaveSession& session, Slave& slave, const sync::Adjustment& adjustment);

    void greetAll();

    const MasterConfig config_;
    const Observers observers_;
    host::SteeredClock& clock_;
    std::shared_ptr<spdlog::logger> logger_;
    SharedGroup group_;
    const std::shared_ptr<Leadership> leadership_;
    std::unique_ptr<Receivers> receivers_;
    os::Mutex inCycle_;              ///< held by the sync thread during a sync cycle
    std::uint32_t cycle_ = 0;        ///< that ended last; the sync thread's
    bool waits_ = false;             ///< for new slaves to stop coming; likewise
    bool isDragged_ = false;         ///< as the log said last; likewise
    std::set<std::string> tooFast_;  ///< clocks that the log has named; likewise
    MoveLog moves_;                  ///< likewise
    std::uint32_t cyclesRun_ = 0;    ///< the sync thread's
    std::thread syncThread_;
};

}  // namespace berkeley::node
