/// What connections and listeners do with their sockets alike.
///
/// Thread safety: any thread.
#pragma once

#include <sys/socket.h>

#include <boost/asio/ip/tcp.hpp>

#include "net/endpoint.h"

namespace berkeley::net {

inline void setOption(int socket, int level, int option, int value) {
    // An option that this kernel lacks is no reason to do without the connection.
    (void)::setsockopt(socket, level, option, &value, sizeof value);
}

inline Endpoint toEndpoint(const boost::asio::ip::tcp::endpoint& endpoint) {
    return {endpoint.address().to_string(), endpoint.port()};
}

}  // namespace berkeley::net
