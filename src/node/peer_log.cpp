#include "berkeley/node/peer_log.h"

#include <algorithm>

namespace berkeley {
namespace {

constexpr double kBurst = 10;
constexpr double kLinesPerSecond = 1;
/// More hosts than a group has; when they are exceeded, all start anew.
constexpr std::size_t kHosts = 4096;

}  // namespace

void PeerLog::warn(const Endpoint& peer, const std::string& reason) {
    unsigned suppressed = 0;
    {
        const std::lock_guard guard{lock_};
        Allowance& allowance = allowanceOf(peer.host, Clock::now());
        if (allowance.lines < 1) {
            ++allowance.suppressed;
            return;
        }
        allowance.lines -= 1;
        std::swap(suppressed, allowance.suppressed);
    }
    if (suppressed > 0) {
        logger_->warn("{}: {} ({} lines about this host left out)", toText(peer), reason,
                      suppressed);
    } else {
        logger_->warn("{}: {}", toText(peer), reason);
    }
}

PeerLog::Allowance& PeerLog::allowanceOf(const std::string& host, Clock::time_point now) {
    if (allowances_.size() >= kHosts && !allowances_.contains(host)) {
        allowances_.clear();
    }
    Allowance& allowance = allowances_.try_emplace(host, Allowance{kBurst, now, 0}).first->second;
    const std::chrono::duration<double> elapsed = now - allowance.since;
    allowance.lines = std::min(kBurst, allowance.lines + elapsed.count() * kLinesPerSecond);
    allowance.since = now;
    return allowance;
}

}  // namespace berkeley
