/// SO_TIMESTAMPING on a TCP socket: when bytes arrived and left, as the kernel saw it.
///
/// Software timestamps of CLOCK_REALTIME. A kernel or a path that does not give them is not an
/// error: there are none then. Thread safety: any thread.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "time/timeline.h"

namespace berkeley::net {

/// Before listen() or connect(): accepted sockets inherit it, and the first socket on a machine
/// that asks gets its first timestamps some milliseconds later.
void requestReceiveStamps(int socket);

/// After accept() or connect(), and before the first byte is sent: the kernel counts from here.
/// False when it does not give them.
bool enableTransmitStamps(int socket);

/// As recv(), which blocks. `stamp` is that of the last byte among what was read and, as unread
/// segments are merged, perhaps of a byte behind it.
ssize_t receiveStamped(int socket, std::span<std::byte> buffer, std::optional<SystemTime>& stamp);

/// As send() without waiting, and asks for a timestamp of the last byte.
ssize_t sendStamped(int socket, std::span<const std::byte> bytes);

struct TransmitStamp {
    std::uint32_t byte{};  ///< its number, modulo 2^32
    SystemTime when;
};

/// The oldest transmit timestamp that has not been taken yet, without waiting.
std::optional<TransmitStamp> takeTransmitStamp(int socket);

}  // namespace berkeley::net
