/// A host's name or address, not resolved, and a TCP port.
///
/// Thread safety: values.
#pragma once

#include <cstdint>
#include <string>

namespace berkeley::net {

struct Endpoint {
    std::string host;
    std::uint16_t port{};

    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// Whether only this machine can reach it: an address of the loopback, or "localhost". Other names
/// are not looked up, and count as what can be reached.
bool isLoopback(const std::string& host);

/// std::runtime_error when no address of it is known.
void requireKnown(const Endpoint& endpoint);

/// What counts as one address: an IPv4 address, also one that IPv6 wraps; of an IPv6 address the
/// first 64 bits, as a network has all of the other half to itself; any other text itself.
std::string networkOf(const std::string& host);

/// Whether that name or address leads to this machine itself; false when it leads nowhere.
bool isAddressOfThisMachine(const std::string& host);

/// "host:8080", "[::1]:8080".
std::string toText(const Endpoint& endpoint);

}  // namespace berkeley::net
