/// The slave: connects to its master, answers polls on the spot, reports by itself, and follows.
///
/// Mirrors the lab's client: a send thread and a receive thread. With a lab master it reports as
/// the lab's client does and hands out what it is told, but steers nothing: that server has the
/// sign wrong. Units: std::chrono. Thread safety: as each function says.
#pragma once

#include <spdlog/logger.h>

#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "berkeley/host/stamp_converter.h"
#include "berkeley/host/steered_clock.h"
#include "berkeley/host/time_zone.h"
#include "berkeley/net/connection.h"
#include "berkeley/node/backoff.h"
#include "berkeley/wire/lab.h"
#include "berkeley/wire/native.h"

namespace berkeley {

struct SlaveConfig {
    Endpoint master{"127.0.0.1", 8080};
    Nanoseconds interval = std::chrono::seconds{5};  ///< between two reports unasked
    std::string name;
    bool lab = false;                       ///< the master speaks the lab's text
    std::optional<double> rememberedPpb{};  ///< frequency of its group clock in an earlier run
    std::optional<Key> key{};               ///< of its name; a master without it is refused
};

/// Called from the receive thread. They must not block for long and must not throw.
struct SlaveEvents {
    std::function<void(const Change&, GroupTime now, Nanoseconds bound)> synchronized;
    std::function<void(HostTime told)> toldByLab;
};

class SlaveNode {
  public:
    /// `clock` outlives the node.
    SlaveNode(SlaveConfig config, SlaveEvents events, SteeredClock& clock,
              std::shared_ptr<spdlog::logger> logger);
    ~SlaveNode();

    /// Starts the threads; they connect, again and again if need be. std::runtime_error when the
    /// master's host is unknown.
    void initiateSlaveClient();

    /// Ends every thread and the connection. From any thread but the node's own; again for nothing.
    void stop();

  private:
    /// A native connection to the master, as its receive thread knows it.
    struct Conversation {
        Connection& master;
        StampConverter stamps;
        std::optional<Report> answered;  ///< the last answer to a poll
        bool adjusted = false;           ///< there was an adjustment already
    };

    void startSendingTime();
    void startReceivingTime();

    /// Tries until the master can be reached; nothing after stop().
    std::shared_ptr<Connection> connectToMaster(Backoff& backoff);
    /// Until the connection ends; why it did.
    std::string follow(Connection& master);
    void followNative(Connection& master);
    void followLab(Connection& master);
    void receiveMessage(Conversation& conversation, const Message& message, HostTime t2);
    void answer(Conversation& conversation, const Poll& poll, HostTime t2);
    void adjust(Conversation& conversation, const Adjustment& adjustment);
    void sendReport(Connection& master);
    void sendLabTime(Connection& master);

    /// The connection there is, or the next one; nothing after stop().
    std::shared_ptr<Connection> awaitConnection();
    /// False after stop().
    bool setConnection(std::shared_ptr<Connection> connection);
    /// True when stop() was called, else false after `duration`.
    bool pause(Nanoseconds duration);
    bool pauseBeforeRetry(Backoff& backoff, const std::string& reason);

    const SlaveConfig config_;
    const SlaveEvents events_;
    SteeredClock& clock_;
    std::shared_ptr<spdlog::logger> logger_;
    const date::time_zone& zone_;

    boost::asio::io_context context_;
    Connector connector_;
    mutable std::mutex lock_;  ///< guards connection_ and stopping_
    std::condition_variable changed_;
    std::shared_ptr<Connection> connection_;
    bool stopping_ = false;
    std::thread sendThread_;
    std::thread receiveThread_;
};

}  // namespace berkeley
