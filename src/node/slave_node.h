/// The slave: connects to its master, answers polls at once, reports unasked, and follows.
///
/// Mirrors the lab's client: a send thread and a receive thread. With a lab master, it reports as
/// the lab's client does and passes on what it is told, but steers nothing: the lab's server has
/// the sign wrong. Units: std::chrono. Thread safety: as each function says.
#pragma once

#include <date/tz.h>
#include <spdlog/logger.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "host/steered_clock.h"
#include "net/connection.h"
#include "net/connector.h"
#include "node/backoff.h"
#include "node/master_list.h"
#include "node/observer.h"
#include "os/mutex.h"

namespace berkeley::node {

struct SlaveConfig {
    std::vector<net::Endpoint> masters{{"127.0.0.1", 8080}};  ///< by rank; one of them is active
    Nanoseconds interval = std::chrono::seconds{5};           ///< between two unasked reports
    std::string name;
    bool lab = false;                           ///< the master speaks the lab's text
    std::optional<double> rememberedPpb{};      ///< frequency of its group clock in an earlier run
    std::optional<net::Key> key{};              ///< for its name; a master without it is refused
    std::chrono::milliseconds patience{5'000};  ///< for a frame from the master

    bool hasOtherMasters() const { return masters.size() > 1; }
};

class SlaveNode {
  public:
    /// How late a busy machine may run a thread.
    static constexpr std::chrono::seconds kScheduling{10};

    /// `clock` must outlive the node.
    SlaveNode(SlaveConfig config, Observers observers, host::SteeredClock& clock,
              std::shared_ptr<spdlog::logger> logger);
    ~SlaveNode();

    /// Starts the threads, which connect and reconnect as needed.
    void initiateSlaveClient();

    /// Ends all threads and the connection. May be called from any thread but the node's own;
    /// idempotent.
    void stop();

    /// Returns whether the receive thread is overdue, which nothing that a master does can cause.
    /// Any thread.
    bool isStuck() const;

  private:
    using Steady = std::chrono::steady_clock;

    void startSendingTime();
    void startReceivingTime();

    /// Tries until a master can be reached; returns nothing after stop().
    std::shared_ptr<net::Connection> connectToMaster();
    /// Moves on to the next master, after a pause if all have had their turn. Returns true after
    /// stop().
    bool tryNext(const std::string& reason, spdlog::level::level_enum level);
    /// Moves on to the active master. Returns true after stop().
    bool goTo(const net::Endpoint& active);
    bool pauseBeforeRetry(const std::string& reason);

    /// Tells the master this slave's name, the frequency of its group clock, and its group.
    void introduce(net::Connection& master) const;
    void sendReport(net::Connection& master);
    void sendLabTime(net::Connection& master);

    /// Returns the present connection, or waits for the next one; returns nothing after stop().
    std::shared_ptr<net::Connection> awaitConnection();
    /// Returns false after stop().
    bool setConnection(std::shared_ptr<net::Connection> connection);
    /// Returns true as soon as stop() has been called, else false after `duration`.
    bool pause(Nanoseconds duration);
    bool isStopping() const;
    /// Notes that the receive thread is about to wait for at most `patience`.
    void expectToGoOn(net::Connection::Patience patience);

    const SlaveConfig config_;
    const Observers observers_;
    host::SteeredClock& clock_;
    std::shared_ptr<spdlog::logger> logger_;
    const date::time_zone& zone_;

    net::Connector connector_;
    MasterList masters_;  ///< receive thread only
    Backoff backoff_;     ///< likewise
    mutable os::Mutex lock_;
    os::Condition changed_;
    std::shared_ptr<net::Connection> connection_ GUARDED_BY(lock_);
    bool stopping_ GUARDED_BY(lock_) = false;
    std::atomic<Steady::time_point> goesOnBefore_{Steady::time_point::max()};
    std::thread sendThread_;
    std::thread receiveThread_;
};

}  // namespace berkeley::node
