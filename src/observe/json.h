/// The answers of /status.json and /history.json; docs/monitoring.md describes every member.
///
/// Thread safety: pure functions.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "observe/history.h"
#include "observe/status.h"

namespace berkeley::observe {

/// `complaint` is that of complaintOf().
std::string statusJson(const Status& status, const std::string& complaint);

/// A part of the history, and the current events.
struct HistoryAnswer {
    std::string instance;
    Nanoseconds interval{};
    std::uint64_t next{};  ///< the index of the point after the last of `points`
    bool more{};           ///< that point already exists
    History::Points points;
    std::deque<Event> events;
    std::vector<std::string> clocks;  ///< the clocks whose offsets are wanted; empty: all
};

std::string historyJson(const HistoryAnswer& answer);

}  // namespace berkeley::observe
