/// What berkeleyctl says about this machine's clock, for people and as JSON.
///
/// Units: std::chrono. Thread safety: pure functions.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "berkeley/berkeley.h"

namespace berkeley::apps {

/// Renders the time, its bound, and how far they can be relied on, in one line.
std::string render(const berkeley_reading& reading);
nlohmann::ordered_json jsonOf(const berkeley_reading& reading);

/// Everything known about a clock; `systemOffset` is the system clock minus the group's time.
struct StatusReport {
    std::string page;
    berkeley_reading reading;
    berkeley_description description;
    std::chrono::nanoseconds systemOffset;
};

std::string render(const StatusReport& report);
nlohmann::ordered_json jsonOf(const StatusReport& report);

}  // namespace berkeley::apps
