/// The screen of `berkeley-master --watch`: the state of the group, its clocks, and what has
/// happened.
///
/// Units: std::chrono; columns and lines of a terminal. Thread safety: values and pure functions.
#pragma once

#include <date/tz.h>

#include <cstddef>
#include <string>
#include <vector>

#include "observe/status.h"
#include "observe/traces.h"

namespace berkeley::observe {

/// A warning or an error from the log.
struct Notice {
    GroupTime when;
    bool error{};
    std::string text;
};

struct ScreenModel {
    Status status;
    Traces traces;
    std::vector<Notice> notices;                ///< oldest first
    std::string webPage;                        ///< its address; "" when there is none
    Nanoseconds maxBound = Nanoseconds::max();  ///< as for complaintOf()
};

struct ScreenStyle {
    std::size_t width{};   ///< in columns
    std::size_t height{};  ///< in lines
    bool colour{};
    bool unicode{};  ///< otherwise everything is ASCII
};

/// Renders at most `height` lines of at most `width` columns, separated by newlines. The clocks
/// that do not count come first, then those that count but are off by more than their bound; the
/// others, which agree, are sorted by name, so that noise does not reorder them. Times are in
/// `zone`.
std::string renderScreen(const ScreenModel& model, const date::time_zone& zone,
                         const ScreenStyle& style);

}  // namespace berkeley::observe
