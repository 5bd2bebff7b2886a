/// Options of a socket. A connection does without an option that this kernel lacks.
///
/// Thread safety: any thread.
#pragma once

#include <sys/socket.h>
#include <sys/time.h>

#include <chrono>

namespace berkeley::net {

inline void setOption(int socket, int level, int option, int value) {
    (void)::setsockopt(socket, level, option, &value, sizeof value);
}

/// Sets how long calls wait at most: SO_RCVTIMEO or SO_SNDTIMEO. Zero: forever.
inline void setPatience(int socket, int option, std::chrono::microseconds patience) {
    const timeval time{.tv_sec = patience.count() / 1'000'000,
                       .tv_usec = patience.count() % 1'000'000};
    (void)::setsockopt(socket, SOL_SOCKET, option, &time, sizeof time);
}

}  // namespace berkeley::net
