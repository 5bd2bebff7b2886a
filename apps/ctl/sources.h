/// The group's clocks as the master's HTTP server tells them in /status.json.
///
/// Thread safety: any thread. Errors: std::runtime_error with the remedy.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "net/endpoint.h"

namespace berkeley::apps {

/// The answer, whatever it tells. Within a few seconds, or it throws.
nlohmann::ordered_json fetchStatus(const net::Endpoint& server);

/// A table with a line for each clock. Throws when `status` does not tell of any.
std::string renderSources(const nlohmann::ordered_json& status);

}  // namespace berkeley::apps
