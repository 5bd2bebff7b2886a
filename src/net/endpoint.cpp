#include "net/endpoint.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/udp.hpp>

namespace berkeley::net {

bool isLoopback(const std::string& host) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return error ? host == "localhost" : address.is_loopback();
}

/// No process can bind to an address of another machine.
bool isAddressOfThisMachine(const std::string& host) {
    using boost::asio::ip::udp;
    boost::asio::io_context context;
    boost::system::error_code error;
    for (const auto& found : udp::resolver{context}.resolve(host, "0", error)) {
        udp::socket socket{context};
        socket.open(found.endpoint().protocol(), error);
        if (!error && !socket.bind(found.endpoint(), error)) {
            return true;
        }
    }
    return false;
}

std::string toText(const Endpoint& endpoint) {
    const bool bracketed = endpoint.host.find(':') != std::string::npos;
    const std::string host = bracketed ? "[" + endpoint.host + "]" : endpoint.host;
    return host + ":" + std::to_string(endpoint.port);
}

}  // namespace berkeley::net
