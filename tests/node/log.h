/// What nodes have logged, and to wait for it.
#pragma once

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <sstream>
#include <string>
#include <string_view>
#include <thread>

namespace berkeley::node {

/// What a node has logged.
class Log {
  public:
    bool has(const std::string& text) { return count(text) > 0; }
    std::size_t lines() { return count("\n"); }

    std::size_t count(const std::string& text) {
        // The sink's lock keeps the stream from changing meanwhile.
        const std::lock_guard guard{sink_->lock_};
        const std::string all = sink_->stream_.str();
        std::size_t found = 0;
        for (std::size_t at = 0; (at = all.find(text, at)) != std::string::npos;
             at += text.size()) {
            ++found;
        }
        return found;
    }

    std::shared_ptr<spdlog::logger> logger() {
        return std::make_shared<spdlog::logger>("test", sink_);
    }

  private:
    struct Sink : spdlog::sinks::base_sink<std::mutex> {
        void sink_it_(const spdlog::details::log_msg& message) override {
            const std::lock_guard guard{lock_};
            stream_ << std::string_view{message.payload.data(), message.payload.size()} << '\n';
        }
        void flush_() override {}

        std::mutex lock_;
        std::ostringstream stream_;
    };

    std::shared_ptr<Sink> sink_ = std::make_shared<Sink>();
};

inline bool await(const std::function<bool()>& condition) {
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
    while (!condition()) {
        if (std::chrono::steady_clock::now() > deadline) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
    return true;
}

}  // namespace berkeley::node
