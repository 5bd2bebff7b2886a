/// What the bench helpers do with their sockets alike: connect over IPv4, and read with the
/// kernel's receive stamps. A busy loop reads late; with the stamp that is not taken for delay on
/// the path.
#pragma once

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <system_error>

namespace berkeley::bench {

[[noreturn]] inline void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

inline sockaddr_in addressOf(const std::string& host, int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
        throw std::invalid_argument("cannot read the address " + host);
    }
    return address;
}

/// Every frame goes at once, and is stamped when it comes.
inline void prepare(int socket) {
    const int on = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
}

/// A prepared socket; -1 when nobody is there.
inline int connectTo(const sockaddr_in& address) {
    const int target = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(target, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
        close(target);
        return -1;
    }
    prepare(target);
    return target;
}

/// As recv(), which blocks, with the kernel's stamp of the last byte by the system clock.
inline ssize_t receiveStamped(int socket, std::span<std::byte> buffer,
                              std::optional<std::chrono::nanoseconds>& stamp) {
    std::array<char, 256> control;
    iovec piece{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_iov = &piece;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t size = recvmsg(socket, &message, 0);
    for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SCM_TIMESTAMPNS) {
            timespec time{};
            std::memcpy(&time, CMSG_DATA(part), sizeof time);
            stamp = std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
        }
    }
    return size;
}

}  // namespace berkeley::bench
