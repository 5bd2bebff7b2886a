#include "common/screen_log.h"

#include <utility>

namespace berkeley::apps {

std::shared_ptr<ScreenLog> ScreenLog::before(spdlog::logger& logger,
                                             std::function<GroupTime()> clock) {
    auto log = std::make_shared<ScreenLog>(logger.sinks().front(), std::move(clock));
    logger.sinks() = {log};
    return log;
}

void ScreenLog::hold() {
    const os::MutexLock guard{lock_};
    holds_ = true;
}

void ScreenLog::end() {
    const os::MutexLock guard{lock_};
    clock_ = nullptr;
    holds_ = false;
}

std::vector<observe::Notice> ScreenLog::notices() {
    const os::MutexLock guard{lock_};
    return {notices_.begin(), notices_.end()};
}

void ScreenLog::sink_it_(const spdlog::details::log_msg& message) {
    const os::MutexLock guard{lock_};
    if (!holds_) {
        other_->log(message);
    }
    if (!clock_ || message.level < spdlog::level::warn) {
        return;
    }
    notices_.push_back({clock_(), message.level >= spdlog::level::err,
                        std::string{message.payload.data(), message.payload.size()}});
    if (notices_.size() > kKept) {
        notices_.pop_front();
    }
}

}  // namespace berkeley::apps
