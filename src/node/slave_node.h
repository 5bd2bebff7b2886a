/// The slave: connects to its master, answers polls on the spot, reports by itself, and follows.
///
/// Mirrors the lab's client: a send thread and a receive thread. With a lab master it reports as
/// the lab's client does and hands out what it is told, but steers nothing: that server has the
/// sign wrong. Units: std::chrono. Thread safety: as each function says.
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
    Nanoseconds interval = std::chrono::seconds{5};           ///< between two reports unasked
    std::string name;
    bool lab = false;                           ///< the master speaks the lab's text
    std::optional<double> rememberedPpb{};      ///< frequency of its group clock in an earlier run
    std::optional<net::Key> key{};              ///< of its name; a master without it is refused
    std::chrono::milliseconds patience{5'000};  ///< for a frame of the master's

    bool hasOtherMasters() const { return masters.size() > 1; }
};

class SlaveNode {
  public:
    /// By how much a busy machine may let a thread run too late.
    static constexpr std::chrono::seconds kScheduling{10};

    /// `clock` outlives the node.
    SlaveNode(SlaveConfig config, Observers observers, host::SteeredClock& clock,
              std::shared_ptr<spdlog::logger> logger);
    ~SlaveNode();

    /// Starts the threads; they connect, again and again if need be.
    void initiateSlaveClient();

    /// Ends every thread and the connection. From any thread but the node's own; again for nothing.
    void stop();

    /// Whether the receive thread has not gone on when it should have, whatever the master does.
    /// Any thread.
    bool isStuck() const;

  private:
    using Steady = std::chrono::steady_clock;

    void startSendingTime();
    void startReceivingTime();

    /// Tries until a master can be reached; nothing after stop().
    std::shared_ptr<net::Connection> connectToMaster();
    /// It is the turn of the next master, after a pause when all have had theirs. True after
    /// stop().
    bool tryNext(const std::string& reason, spdlog::level::level_enum level);
    /// It is the turn of the active master. True after stop().
    bool goTo(const net::Endpoint& active);
    bool pauseBeforeRetry(const std::string& reason);

    /// Says who this is, how fast its group clock goes, and of which group it is.
    void introduce(net::Connection& master) const;
    void sendReport(net::Connection& master);
    void sendLabTime(net::Connection& master);

    /// The connection there is, or the next one; nothing after stop().
    std::shared_ptr<net::Connection> awaitConnection();
    /// False after stop().
    bool setConnection(std::shared_ptr<net::Connection> connection);
    /// True when stop() was called, else false after `duration`.
    bool pause(Nanoseconds duration);
    bool isStopping() const;
    /// The receive thread is about to wait for no longer than `patience`.
    void expectToGoOn(net::Connection::Patience patience);

    const SlaveConfig config_;
    const Observers observers_;
    host::SteeredClock& clock_;
    std::shared_ptr<spdlog::logger> logger_;
    const date::time_zone& zone_;

    net::Connector connector_;
    MasterList masters_;  ///< the receive thread's
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
