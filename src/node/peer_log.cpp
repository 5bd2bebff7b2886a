#include "berkeley/node/peer_log.h"

#include <spdlog/fmt/fmt.h>

#include <algorithm>

#include "berkeley/node/admission.h"

namespace berkeley {
namespace {

/// More hosts than a group has; when they are exceeded, all start anew.
constexpr std::size_t kHosts = 4096;

}  // namespace

void PeerLog::write(const Endpoint& peer, const std::string& text) {
    unsigned suppressed = 0;
    {
        const std::lock_guard guard{lock_};
        Allowance& allowance = allowanceOf(networkOf(peer.host), Clock::now());
        if (allowance.lines < 1) {
            ++allowance.suppressed;
            return;
        }
        allowance.lines -= 1;
        std::swap(suppressed, allowance.suppressed);
    }
    const std::string rest =
        suppressed > 0 ? fmt::format(" ({} lines about this host left out)", suppressed) : "";
    logger_->log(level_, "{}{}{}", toText(peer), text, rest);
}

PeerLog::Allowance& PeerLog::allowanceOf(const std::string& host, Clock::time_point now) {
    if (allowances_.size() >= kHosts && !allowances_.contains(host)) {
        allowances_.clear();
    }
    Allowance& allowance = allowances_.try_emplace(host, Allowance{burst_, now, 0}).first->second;
    const std::chrono::duration<double> elapsed = now - allowance.since;
    allowance.lines = std::min(burst_, allowance.lines + elapsed.count() * burst_ / 10);
    allowance.since = now;
    return allowance;
}

}  // namespace berkeley
