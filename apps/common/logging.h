/// The daemons' log: one line per event on stderr, for people or for machines.
///
/// Thread safety: the loggers made here may be used by any number of threads at once.
#pragma once

#include <spdlog/logger.h>

#include <memory>

namespace berkeley::apps {

enum class LogFormat {
    text,  ///< local time, level and message; coloured on a terminal
    json,  ///< one object per line: "time" (ISO 8601, UTC, ms), "level", "message"
};

/// Returns whether the file behind `descriptor` wants ANSI colours: it is a terminal, and the user
/// has not opted out with NO_COLOR (no-color.org).
bool wantsColour(int descriptor);

std::shared_ptr<spdlog::logger> makeLogger(spdlog::level::level_enum level, LogFormat format);

}  // namespace berkeley::apps
