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

/// Whether only this machine can reach `host`: a loopback address, or "localhost". Other names are
/// not looked up, and count as reachable.
bool isLoopback(const std::string& host);

/// Throws std::runtime_error when no address of `endpoint` is known.
void requireKnown(const Endpoint& endpoint);

/// Returns what counts as one address: an IPv4 address, even if mapped into IPv6; the first 64 bits
/// of an IPv6 address, as a network has all of the other half to itself; any other text itself.
std::string networkOf(const std::string& host);

/// Whether `host` leads to this machine itself; false when it leads nowhere.
bool isAddressOfThisMachine(const std::string& host);

/// "host:8080", "[::1]:8080".
std::string toText(const Endpoint& endpoint);

}  // namespace berkeley::net
