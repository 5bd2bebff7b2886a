#include "address.h"

#include <boost/asio/io_context.hpp>
#include <string>

#include "os/error.h"

namespace berkeley::net {

using boost::asio::ip::tcp;

std::vector<tcp::endpoint> resolve(const Endpoint& endpoint) {
    boost::asio::io_context context;
    boost::system::error_code error;
    const auto results = tcp::resolver{context}.resolve(
        endpoint.host, std::to_string(endpoint.port), tcp::resolver::numeric_service, error);
    if (error) {
        throw os::systemError("unknown host " + endpoint.host, "check the name, or give an address",
                              error);
    }
    return {results.begin(), results.end()};
}

Endpoint toEndpoint(const tcp::endpoint& address) {
    return {address.address().to_string(), address.port()};
}

}  // namespace berkeley::net
