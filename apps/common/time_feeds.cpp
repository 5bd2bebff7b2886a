#include "common/time_feeds.h"

#include <stdexcept>
#include <utility>

namespace berkeley::apps {

TimeFeeds::TimeFeeds(const SlaveOptions& options, const host::SteeredClock& clock,
                     std::shared_ptr<spdlog::logger> logger)
    : clock_(clock), logger_(std::move(logger)) {
    if (!options.chronySock.empty()) {
        feeds_.push_back({"chronyd at " + options.chronySock.string(),
                          host::feedForChronySocket(options.chronySock)});
    }
    if (options.ntpShm) {
        feeds_.push_back({"NTP's shared memory " + std::to_string(*options.ntpShm),
                          host::feedForNtpMemory(*options.ntpShm)});
    }
}

void TimeFeeds::synchronized(const sync::Change& /*change*/, GroupTime /*now*/,
                             Nanoseconds /*bound*/) {
    if (feeds_.empty()) {
        return;
    }
    const host::TimeSample sample = host::sampleOf(clock_);
    for (Feed& feed : feeds_) {
        send(feed, sample);
    }
}

void TimeFeeds::send(Feed& feed, const host::TimeSample& sample) {
    try {
        feed.feed->send(sample);
        if (std::exchange(feed.failing, false)) {
            logger_->info("{} takes the group's time again", feed.name);
        }
    } catch (const std::runtime_error& error) {
        if (!std::exchange(feed.failing, true)) {
            logger_->warn("{}", error.what());
        }
    }
}

}  // namespace berkeley::apps
