/// One of several masters: announces itself to the others and carries out the election's decisions.
///
/// While another master is active, this one follows it as a slave does, and its MasterNode stands
/// by. When this one becomes active, the slave ends and the MasterNode leads the group with the
/// time that its clock has. There is one thread per other master, which announces this one there,
/// and one that watches the election. Units: std::chrono. Thread safety: as each function says.
#pragma once

#include <spdlog/logger.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "net/connector.h"
#include "node/leadership.h"
#include "node/master_node.h"
#include "node/slave_node.h"
#include "os/mutex.h"

namespace berkeley::node {

struct FailoverConfig {
    Nanoseconds interval = std::chrono::seconds{5};  ///< from one sync cycle to the next
    std::optional<net::Key> key{};                   ///< for this master's name
};

class FailoverNode {
  public:
    /// Returns the silence after which a master is presumed dead.
    static Nanoseconds patienceFor(Nanoseconds interval);

    /// `leadership` is the one that `master` uses. All references and observers must outlive the
    /// node. The observers are told the role of this master and, while another is active, what a
    /// slave's observers are told.
    FailoverNode(FailoverConfig config, Leadership& leadership, MasterNode& master,
                 Observers observers, host::SteeredClock& clock,
                 std::shared_ptr<spdlog::logger> logger);
    ~FailoverNode();

    /// Starts the threads. Call it after the master's initiateClockServer().
    void start();

    /// Ends the threads; if this master was active, lets the next one lead at once. May be called
    /// from any thread but the node's own; idempotent.
    void stop();

    /// Returns whether the watching thread, or the slave that follows the active master, is
    /// overdue. Any thread.
    bool isStuck() const;

  private:
    using Steady = std::chrono::steady_clock;

    void startThread(std::string what, std::function<void()> body);
    void run(const std::string& what, const std::function<void()>& body);
    void keepAnnouncing(sync::Rank to, net::Connector& connector);
    void announceOver(net::Connection& connection, sync::Rank to);
    void watch();

    void carryOut(std::optional<sync::Rank> active);
    void sayWhy();
    void follow(sync::Rank active);

    bool isStopping();
    /// Returns true after stop(), else false after `duration` or as soon as this master's role
    /// changes.
    bool pause(Nanoseconds duration);

    const FailoverConfig config_;
    const Nanoseconds patience_;
    Leadership& leadership_;
    MasterNode& master_;
    const Observers observers_;
    host::SteeredClock& clock_;
    std::shared_ptr<spdlog::logger> logger_;

    std::vector<std::unique_ptr<net::Connector>> connectors_;
    std::optional<sync::Rank> active_;     ///< as carried out; watching thread only
    std::unique_ptr<SlaveNode> follower_;  ///< while another is active; watching thread only
    std::atomic<Steady::time_point> looksBefore_{Steady::time_point::max()};
    os::Mutex lock_;
    os::Condition changed_;
    std::uint64_t roles_ GUARDED_BY(lock_) = 0;  ///< how often the role has changed
    bool stopping_ GUARDED_BY(lock_) = false;
    std::vector<std::thread> threads_;
};

}  // namespace berkeley::node
