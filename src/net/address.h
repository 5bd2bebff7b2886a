/// Boost.Asio's addresses, which stay within this folder.
///
/// Thread safety: any thread.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <vector>

#include "net/endpoint.h"

namespace berkeley::net {

/// Returns at least one address. Throws std::runtime_error when the host is unknown.
std::vector<boost::asio::ip::tcp::endpoint> resolve(const Endpoint& endpoint);

Endpoint toEndpoint(const boost::asio::ip::tcp::endpoint& address);

}  // namespace berkeley::net
