#include "common/logging.h"

#include <spdlog/formatter.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/ansicolor_sink.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "host/environment.h"

namespace berkeley::apps {
namespace {

class JsonFormatter final : public spdlog::formatter {
  public:
    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
        spdlog::memory_buf_t time;
        time_.format(message, time);
        const auto level = spdlog::level::to_string_view(message.level);
        const nlohmann::ordered_json object{
            {"time", std::string{time.data(), time.size()}},
            {"level", std::string{level.data(), level.size()}},
            {"message", std::string{message.payload.data(), message.payload.size()}}};
        // A message may contain what a peer sent, which need not be UTF-8.
        const std::string text =
            object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
        line.append(text.data(), text.data() + text.size());
    }

    std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<JsonFormatter>();
    }

  private:
    spdlog::pattern_formatter time_{"%Y-%m-%dT%H:%M:%S.%eZ", spdlog::pattern_time_type::utc, ""};
};

/// The priorities of syslog(3), in the order of spdlog's levels.
constexpr std::string_view kPriorities[] = {"<7>", "<7>", "<6>", "<4>", "<3>", "<2>"};

/// Puts the priority before each line.
class JournalFormatter final : public spdlog::formatter {
  public:
    explicit JournalFormatter(std::unique_ptr<spdlog::formatter> text) : text_(std::move(text)) {}

    void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& line) override {
        const std::string_view priority = kPriorities[message.level];
        line.append(priority.data(), priority.data() + priority.size());
        text_->format(message, line);
    }

    std::unique_ptr<spdlog::formatter> clone() const override {
        return std::make_unique<JournalFormatter>(text_->clone());
    }

  private:
    std::unique_ptr<spdlog::formatter> text_;
};

std::unique_ptr<spdlog::formatter> formatterFor(LogFormat format, bool journal) {
    if (format == LogFormat::json) {
        return std::make_unique<JsonFormatter>();
    }
    return std::make_unique<spdlog::pattern_formatter>(
        journal ? "%v" : "%Y-%m-%d %H:%M:%S.%e %^%-7l%$ %v");
}

}  // namespace

bool isJournal(int descriptor) {
    struct stat file {};
    return fstat(descriptor, &file) == 0 &&
           host::environmentVariable("JOURNAL_STREAM") ==
               std::to_string(file.st_dev) + ":" + std::to_string(file.st_ino);
}

std::string_view errorPrefix() {
    return isJournal(STDERR_FILENO) ? kPriorities[spdlog::level::err] : "";
}

bool wantsColour(int descriptor) {
    return isatty(descriptor) == 1 && host::environmentVariable("NO_COLOR").empty();
}

std::shared_ptr<spdlog::logger> makeLogger(spdlog::level::level_enum level, LogFormat format) {
    const bool colour = format == LogFormat::text && wantsColour(STDERR_FILENO);
    auto logger = std::make_shared<spdlog::logger>(
        "", std::make_shared<spdlog::sinks::ansicolor_stderr_sink_mt>(
                colour ? spdlog::color_mode::always : spdlog::color_mode::never));
    const bool journal = isJournal(STDERR_FILENO);
    std::unique_ptr<spdlog::formatter> formatter = formatterFor(format, journal);
    logger->set_formatter(journal ? std::make_unique<JournalFormatter>(std::move(formatter))
                                  : std::move(formatter));
    logger->set_level(level);
    return logger;
}

}  // namespace berkeley::apps
