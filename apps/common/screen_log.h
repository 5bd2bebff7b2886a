/// The log while there is a screen: its lines would garble the screen, so warnings and errors are
/// shown on it instead.
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

/// Uses its own lock, which the compiler checks.
class ScreenLog final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
  public:
    static constexpr std::size_t kKept = 50;

    /// Puts a ScreenLog before the only sink of `logger`, to which it passes everything on. It also
    /// keeps warnings and errors, with the time that `clock` tells. Call it before any thread uses
    /// `logger`.
    static std::shared_ptr<ScreenLog> before(spdlog::logger& logger,
                                             std::function<GroupTime()> clock);

    ScreenLog(spdlog::sink_ptr other, std::function<GroupTime()> clock)
        : other_(std::move(other)), clock_(std::move(clock)) {}

    /// Stops passing lines on.
    void hold();

    /// Passes everything on again, and keeps nothing more.
    void end();

    /// Returns the last ones that were kept, oldest first.
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
