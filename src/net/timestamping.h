/// SO_TIMESTAMPING on a TCP socket: when bytes arrived and left, as the kernel saw it.
///
/// Software timestamps of CLOCK_REALTIME. It is not an error if a kernel or a path does not give
/// them: there are none then. Thread safety: any thread.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "time/timeline.h"

namespace berkeley::net {

/// Call before listen() or connect(): accepted sockets inherit the request, and the first socket on
/// a machine to ask gets its first timestamps some milliseconds later.
void requestReceiveStamps(int socket);

/// Call after accept() or connect() and before the first byte is sent: the kernel counts from here.
/// Returns false when the kernel does not give transmit timestamps.
bool enableTransmitStamps(int socket);

/// Receives like recv(), and blocks. `stamp` is that of the last byte read or, as the kernel merges
/// unread segments, perhaps of a later byte.
ssize_t receiveStamped(int socket, std::span<std::byte> buffer, std::optional<SystemTime>& stamp);

/// Sends without waiting, like send(), and asks for a timestamp of the last byte.
ssize_t sendStamped(int socket, std::span<const std::byte> bytes);

struct TransmitStamp {
    std::uint32_t byte{};  ///< its number, modulo 2^32
    SystemTime when;
};

/// Takes the oldest transmit timestamp that has not been taken yet, without waiting.
std::optional<TransmitStamp> takeTransmitStamp(int socket);

}  // namespace berkeley::net
