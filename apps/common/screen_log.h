/// The log beside a screen: its lines would destroy it, so warnings and errors are shown on it.
///
/// Thread safety: any thread.
#pragma once

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "observe/screen.h"
#include "os/mutex.h"

namespace berkeley::apps {

/// With a lock of its own, which the compiler checks.
class ScreenLog final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
  public:
    static constexpr std::size_t kKept = 50;

    /// Comes before the only sink of `logger`, and passes everything on to it. Warnings and errors
    /// are kept as well, with the time that `clock` tells. Before any thread uses that logger.
    static std::shared_ptr<ScreenLog> before(spdlog::logger& logger,
                                             std::function<GroupTime()> clock);

    ScreenLog(spdlog::sink_ptr other, std::function<GroupTime()> clock)
        : other_(std::move(other)), clock_(std::move(clock)) {}

    /// From now on nothing is passed on.
    void hold();

    /// Everything is passed on again, and nothing more is kept.
    void end();

    /// The last ones that were kept, oldest first.
    std::vector<observe::Notice> notices();

  protected:
    void sink_it_(const spdlog::details::log_msg& message) override;
    void flush_() override { other_->flush(); }

  private:
    const spdlog::sink_ptr other_;
    os::Mutex lock_;
    std::function<GroupTime()> clock_ GUARDED_BY(lock_);
    bool holds_ GUARDED_BY(lock_) = false;
    std::deque<observe::Notice> notices_ GUARDED_BY(lock_);
};

}  // namespace berkeley::apps
