/// One of several masters: announces itself to the others, and carries out what the election says.
///
/// While another master is active this one follows it as a slave does, and its MasterNode stands
/// by; when it is its turn, the slave ends and the MasterNode leads the group with the time that
/// its clock has. One thread for each other master, which announces this one there, and one that
/// looks what the election says. Units: std::chrono. Thread safety: as each function says.
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
    std::optional<net::Key> key{};                   ///< of this master's name
};

class FailoverNode {
  public:
    /// After this much silence a master is taken for dead.
    static Nanoseconds patienceFor(Nanoseconds interval);

    /// `leadership` is also `master`'s. Everything outlives the node. `observers` are told of its
    /// role and, while another master is active, what a slave is told.
    FailoverNode(FailoverConfig config, Leadership& leadership, MasterNode& master,
                 Observers observers, host::SteeredClock& clock,
                 std::shared_ptr<spdlog::logger> logger);
    ~FailoverNode();

    /// Starts the threads. After the master's initiateClockServer().
    void start();

    /// Ends them, and lets the next master lead at once if this one did. From any thread but the
    /// node's own; again for nothing.
    void stop();

    /// Whether the watching thread, or the slave that follows the active master, has not gone on
    /// when it should have. Any thread.
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
    /// True after stop(), else false after `duration` or as soon as this master has another role.
    bool pause(Nanoseconds duration);

    const FailoverConfig config_;
    const Nanoseconds patience_;
    Leadership& leadership_;
    MasterNode& master_;
    const Observers observers_;
    host::SteeredClock& clock_;
    std::shared_ptr<spdlog::logger> logger_;

    std::vector<std::unique_ptr<net::Connector>> connectors_;
    std::optional<sync::Rank> active_;     ///< as carried out; the watching thread's
    std::unique_ptr<SlaveNode> follower_;  ///< while another one is active; the watching thread's
    std::atomic<Steady::time_point> looksBefore_{Steady::time_point::max()};
    os::Mutex lock_;
    os::Condition changed_;
    std::uint64_t roles_ GUARDED_BY(lock_) = 0;  ///< how often the role has changed
    bool stopping_ GUARDED_BY(lock_) = false;
    std::vector<std::thread> threads_;
};

}  // namespace berkeley::node
