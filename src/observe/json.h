/// What /status.json and /history.json answer; docs/monitoring.md describes every member.
///
/// Thread safety: pure functions.
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "observe/history.h"
#include "observe/status.h"

namespace berkeley::observe {

/// `complaint` as of complaintOf().
std::string statusJson(const Status& status, const std::string& complaint);

/// Some of the history, and the events of now.
struct HistoryAnswer {
    std::string instance;
    Nanoseconds interval{};
    std::uint64_t next{};  ///< the index of the point that comes after the last one of `points`
    bool more{};           ///< it is there already
    History::Points points;
    std::deque<Event> events;
    std::vector<std::string> clocks;  ///< only their offsets; empty: all
};

std::string historyJson(const HistoryAnswer& answer);

}  // namespace berkeley::observe
