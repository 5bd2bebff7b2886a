#include "node/peer_log.h"

#include <spdlog/fmt/fmt.h>

namespace berkeley::node {

void PeerLog::write(const net::Endpoint& peer, const std::string& text) {
    const std::optional<unsigned> leftOut = take(peer.host);
    if (!leftOut) {
        return;
    }
    const std::string rest = *leftOut > 0 ? fmt::format(" ({} {} about this host left out)",
                                                        *leftOut, *leftOut == 1 ? "line" : "lines")
                                          : "";
    logger_->log(level_, "{}{}{}", toText(peer), text, rest);
}

std::optional<unsigned> PeerLog::take(const std::string& host) {
    const os::MutexLock guard{lock_};
    return lines_.take(net::networkOf(host), TokenBuckets::Time::clock::now());
}

}  // namespace berkeley::node
