/// Nodes, each with the clock and the log that it needs, running from their construction on.
#pragma once

#include <string>
#include <utility>

#include "node/log.h"
#include "node/master_node.h"
#include "node/peer.h"
#include "node/slave_node.h"

namespace berkeley::node {

/// A master that founds its group in its first cycle.
inline MasterConfig masterConfig(Nanoseconds interval = std::chrono::milliseconds{100}) {
    MasterConfig config;
    config.listen = kAnyPort;
    config.interval = interval;
    config.group.foundAfter = Nanoseconds::zero();
    return config;
}

class RunningMaster {
  public:
    explicit RunningMaster(MasterConfig config = masterConfig(), Observers observers = {},
                           const host::HostClock& host = host::HostClock{})
        : clock_(host, sync::Discipline{kMaxSlewPpb}),
          node_(std::move(config), std::move(observers), clock_, log_.logger()) {
        node_.initiateClockServer();
    }

    net::Endpoint local() const { return node_.local(); }
    bool says(const std::string& text) {
        return await([&] { return log_.has(text); });
    }

    Log log_;
    host::SteeredClock clock_;
    MasterNode node_;
};

inline SlaveConfig slaveConfig(const net::Endpoint& master, const std::string& name) {
    SlaveConfig config;
    config.masters = {master};
    config.interval = std::chrono::milliseconds{100};
    config.name = name;
    return config;
}

class RunningSlave {
  public:
    explicit RunningSlave(SlaveConfig config, Observers observers = {},
                          const host::HostClock& host = host::HostClock{})
        : clock_(host, sync::Discipline{kMaxSlewPpb}),
          node_(std::move(config), std::move(observers), clock_, log_.logger()) {
        node_.initiateSlaveClient();
    }

    bool says(const std::string& text) {
        return await([&] { return log_.has(text); });
    }

    Log log_;
    host::SteeredClock clock_;
    SlaveNode node_;
};

}  // namespace berkeley::node
