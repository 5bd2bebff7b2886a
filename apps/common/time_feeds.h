/// The other time daemons of this machine that a slave hands the group's time to.
///
/// Thread safety: none; send() from one thread. Errors: std::runtime_error at the start.
#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <vector>

#include "common/options.h"
#include "host/time_feed.h"

namespace berkeley::apps {

class TimeFeeds {
  public:
    TimeFeeds(const SlaveOptions& options, std::shared_ptr<spdlog::logger> logger);

    /// A sample of now, for each of them. Who does not take it is named once, until it does.
    void send(const host::SteeredClock& clock);

  private:
    struct Feed {
        std::string name;
        std::unique_ptr<host::TimeFeed> feed;
        bool failing = false;
    };

    void send(Feed& feed, const host::TimeSample& sample);

    std::shared_ptr<spdlog::logger> logger_;
    std::vector<Feed> feeds_;
};

}  // namespace berkeley::apps
