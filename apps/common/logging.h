/// The daemons' log: one line per event on stderr, for people or for machines.
///
/// If stderr leads to the systemd journal, each line begins with its priority, as sd-daemon(3)
/// asks, and a text line has neither time nor level, because the journal records both.
///
/// Thread safety: the loggers made here may be used by any number of threads at once.
#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string_view>

namespace berkeley::apps {

enum class LogFormat {
    text,  ///< local time, level and message; coloured on a terminal
    json,  ///< one object per line: "time" (ISO 8601, UTC, ms), "level", "message"
};

/// Returns whether the file behind `descriptor` wants ANSI colours: it is a terminal, and the user
/// has not opted out with NO_COLOR (no-color.org).
bool wantsColour(int descriptor);

/// Returns whether `descriptor` leads to the systemd journal (JOURNAL_STREAM, systemd.exec(5)).
bool isJournal(int descriptor);

/// Returns what comes before an error that is written to stderr without a logger.
std::string_view errorPrefix();

std::shared_ptr<spdlog::logger> makeLogger(spdlog::level::level_enum level, LogFormat format);

}  // namespace berkeley::apps
