#include "berkeley/net/endpoint.h"

namespace berkeley {

std::string toText(const Endpoint& endpoint) {
    const bool bracketed = endpoint.host.find(':') != std::string::npos;
    const std::string host = bracketed ? "[" + endpoint.host + "]" : endpoint.host;
    return host + ":" + std::to_string(endpoint.port);
}

}  // namespace berkeley
