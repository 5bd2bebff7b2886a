/// The screen of `berkeley-master --watch`: how the group is, its clocks, and what has happened.
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

/// A warning or an error of the log.
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
    Nanoseconds maxBound = Nanoseconds::max();  ///< as of complaintOf()
};

struct ScreenStyle {
    std::size_t width{};   ///< in columns
    std::size_t height{};  ///< in lines
    bool colour{};
    bool unicode{};  ///< else everything is ASCII
};

/// At most `height` lines of at most `width` columns, with newlines in between. The clocks that do
/// not count come first, and of those that count the ones that are off by more than their bound;
/// those that agree stand by name, so that noise does not reorder them. Times are those of `zone`.
std::string renderScreen(const ScreenModel& model, const date::time_zone& zone,
                         const ScreenStyle& style);

}  // namespace berkeley::observe
