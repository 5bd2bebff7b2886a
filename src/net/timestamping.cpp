#include "timestamping.h"

#include <linux/errqueue.h>
#include <linux/net_tstamp.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cstring>

namespace berkeley::net {
namespace {

constexpr std::uint32_t kReceive = SOF_TIMESTAMPING_RX_SOFTWARE | SOF_TIMESTAMPING_SOFTWARE;
/// Timestamps are requested with each send: a timestamp that is never read would stay in the error
/// queue, and fill the buffer that the peer's bytes need.
constexpr std::uint32_t kTransmit = SOF_TIMESTAMPING_OPT_ID | SOF_TIMESTAMPING_OPT_TSONLY;
/// SOF_TIMESTAMPING_OPT_ID_TCP, which older headers and kernels lack: counts from what was written
/// and not from what was acknowledged. At the beginning of a connection both are the same.
constexpr std::uint32_t kCountWritten = 1U << 16;

bool request(int socket, std::uint32_t flags) {
    return ::setsockopt(socket, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof flags) == 0;
}

/// Room for every control message of one recvmsg() or sendmsg().
struct Control {
    alignas(cmsghdr) std::array<char, 256> bytes{};
};

msghdr messageOf(iovec& data, Control& control) {
    msghdr message{};
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.bytes.data();
    message.msg_controllen = control.bytes.size();
    return message;
}

template <class T>
T contentOf(const cmsghdr& header) {
    T content;
    std::memcpy(&content, CMSG_DATA(&header), sizeof content);
    return content;
}

/// Returns the software timestamp; the kernel leaves it at zero when it has none.
std::optional<SystemTime> softwareStampOf(const cmsghdr& header) {
    const timespec time = contentOf<scm_timestamping>(header).ts[0];
    const SystemTime stamp{std::chrono::seconds{time.tv_sec} + Nanoseconds{time.tv_nsec}};
    return stamp == SystemTime{} ? std::nullopt : std::optional{stamp};
}

bool isStamp(const cmsghdr& header) {
    return header.cmsg_level == SOL_SOCKET && header.cmsg_type == SCM_TIMESTAMPING;
}

bool isExtendedError(const cmsghdr& header) {
    return (header.cmsg_level == IPPROTO_IP && header.cmsg_type == IP_RECVERR) ||
           (header.cmsg_level == IPPROTO_IPV6 && header.cmsg_type == IPV6_RECVERR);
}

}  // namespace

void requestReceiveStamps(int socket) { (void)request(socket, kReceive); }

bool enableTransmitStamps(int socket) {
    return request(socket, kReceive | kTransmit | kCountWritten) ||
           request(socket, kReceive | kTransmit);
}

ssize_t receiveStamped(int socket, std::span<std::byte> buffer, std::optional<SystemTime>& stamp) {
    Control control;
    iovec data{buffer.data(), buffer.size()};
    msghdr message = messageOf(data, control);
    const ssize_t size = ::recvmsg(socket, &message, 0);
    stamp.reset();
    for (cmsghdr* header = size > 0 ? CMSG_FIRSTHDR(&message) : nullptr; header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (isStamp(*header)) {
            stamp = softwareStampOf(*header);
        }
    }
    return size;
}

ssize_t sendStamped(int socket, std::span<const std::byte> bytes) {
    constexpr std::uint32_t flags = SOF_TIMESTAMPING_TX_SOFTWARE;
    Control control;
    iovec data{const_cast<std::byte*>(bytes.data()), bytes.size()};
    msghdr message = messageOf(data, control);
    message.msg_controllen = CMSG_SPACE(sizeof flags);
    cmsghdr& header = *CMSG_FIRSTHDR(&message);
    header.cmsg_level = SOL_SOCKET;
    header.cmsg_type = SO_TIMESTAMPING;
    header.cmsg_len = CMSG_LEN(sizeof flags);
    std::memcpy(CMSG_DATA(&header), &flags, sizeof flags);
    return ::sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
}

std::optional<TransmitStamp> takeTransmitStamp(int socket) {
    Control control;
    iovec nothing{};
    msghdr message = messageOf(nothing, control);
    if (::recvmsg(socket, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) {
        return std::nullopt;
    }
    std::optional<SystemTime> when;
    std::optional<std::uint32_t> byte;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (isStamp(*header)) {
            when = softwareStampOf(*header);
        } else if (isExtendedError(*header)) {
            const auto error = contentOf<sock_extended_err>(*header);
            if (error.ee_origin == SO_EE_ORIGIN_TIMESTAMPING && error.ee_info == SCM_TSTAMP_SND) {
                byte = error.ee_data;
            }
        }
    }
    if (!when || !byte) {
        return std::nullopt;
    }
    return TransmitStamp{*byte, *when};
}

}  // namespace berkeley::net
