/// Asks an HTTP/1.1 server once.
///
/// Thread safety: any thread.
#pragma once

#include <string>

#include "net/endpoint.h"

namespace berkeley::net {

/// The body of the answer to GET `target`, as in "/status.json": 64 MiB at most, within 5 s.
/// std::runtime_error that says why there is none.
std::string httpGet(const Endpoint& server, const std::string& target);

}  // namespace berkeley::net
