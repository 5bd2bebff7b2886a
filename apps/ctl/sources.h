/// The group's clocks, as the master's HTTP server lists them in /status.json.
///
/// Thread safety: any thread. Errors: std::runtime_error with the remedy.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "net/endpoint.h"

namespace berkeley::apps {

/// Returns the answer, whatever it says, within a few seconds, or throws.
nlohmann::ordered_json fetchStatus(const net::Endpoint& server);

/// Returns a table with a line for each clock. Throws when `status` has no list of clocks.
std::string renderSources(const nlohmann::ordered_json& status);

}  // namespace berkeley::apps
