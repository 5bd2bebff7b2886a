#include "net/endpoint.h"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/asio/ip/udp.hpp>

#include "address.h"

namespace berkeley::net {

bool isLoopback(const std::string& host) {
    boost::system::error_code error;
    const auto address = boost::asio::ip::make_address(host, error);
    return error ? host == "localhost" : address.is_loopback();
}

void requireKnown(const Endpoint& endpoint) { (void)resolve(endpoint); }

std::string networkOf(const std::string& host) {
    namespace ip = boost::asio::ip;
    boost::system::error_code error;
    const ip::address address = ip::make_address(host, error);
    if (error || address.is_v4()) {
        return host;
    }
    const ip::address_v6 v6 = address.to_v6();
    if (v6.is_v4_mapped()) {
        return ip::make_address_v4(ip::v4_mapped, v6).to_string();
    }
    return ip::network_v6{v6, 64}.canonical().to_string();
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
