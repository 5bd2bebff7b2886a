/// A host's name or address, not resolved, and a TCP port.
///
/// Thread safety: values.
#pragma once

#include <cstdint>
#include <string>

namespace berkeley {

struct Endpoint {
    std::string host;
    std::uint16_t port{};

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// "host:8080", "[::1]:8080".
std::string toText(const Endpoint& endpoint);

}  // namespace berkeley
