/// Sends one request to an HTTP/1.1 server.
///
/// Thread safety: any thread.
#pragma once

#include <string>

#include "net/endpoint.h"

namespace berkeley::net {

/// Returns the body of the answer to GET `target`, such as "/status.json", if it is at most 64 MiB
/// and comes within 5 s. Throws std::runtime_error that says why there is none.
std::string httpGet(const Endpoint& server, const std::string& target);

}  // namespace berkeley::net
