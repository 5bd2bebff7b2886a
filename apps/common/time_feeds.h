/// The other time daemons on this machine to which a slave hands the group's time.
///
/// Thread safety: none; one thread. Errors: std::runtime_error from the constructor.
#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <vector>

#include "common/options.h"
#include "host/time_feed.h"
#include "node/observer.h"

namespace berkeley::apps {

class TimeFeeds : public node::Observer {
  public:
    /// `clock` must outlive it.
    TimeFeeds(const SlaveOptions& options, const host::SteeredClock& clock,
              std::shared_ptr<spdlog::logger> logger);

    /// Sends each daemon a sample taken now. Logs once when one stops taking it, and when it takes
    /// it again.
    void synchronized(const sync::Change& change, GroupTime now, Nanoseconds bound) override;

  private:
    struct Feed {
        std::string name;
        std::unique_ptr<host::TimeFeed> feed;
        bool failing = false;
    };

    void send(Feed& feed, const host::TimeSample& sample);

    const host::SteeredClock& clock_;
    std::shared_ptr<spdlog::logger> logger_;
    std::vector<Feed> feeds_;
};

}  // namespace berkeley::apps
