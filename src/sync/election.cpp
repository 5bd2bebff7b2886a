#include "berkeley/sync/election.h"

#include <algorithm>

namespace berkeley {

Election::Election(Rank self, std::size_t masters, Nanoseconds patience, Nanoseconds now)
    : self_(self), patience_(patience), peers_(masters) {
    begin(now);
}

std::optional<Rank> Election::look(Nanoseconds now) {
    if (wasStopped(now)) {
        begin(now);
    }
    looked_ = std::max(looked_, now);
    const std::optional<Rank> other = activePeer(now);
    active_ = active_ ? !other || *other > self_ : mayBecomeActive(now);
    return active_ ? self_ : other;
}

bool Election::mayAct(Nanoseconds now) const { return active_ && !wasStopped(now); }

Announcement Election::announcementTo(Rank to, Nanoseconds now) {
    look(now);
    return {.from = self_,
            .active = active_,
            .wait = std::max(began_ + patience_ - now, Nanoseconds::zero()),
            .sent = now,
            .answers = peers_[to].toAnswer};
}

void Election::heard(const Announcement& announcement, Nanoseconds now) {
    if (announcement.from == self_ || announcement.from >= peers_.size()) {
        return;
    }
    Peer& peer = peers_[announcement.from];
    peer.toAnswer = announcement.sent;
    const std::optional<Nanoseconds> alive = announcement.answers;
    if (!alive || *alive <= now - patience_ || *alive > now || alive < peer.alive) {
        return;
    }
    peer.alive = alive;
    peer.active = announcement.active;
    // One that has yielded did so to another one, of which this master may not have heard yet.
    if (announcement.active) {
        peer.acted = alive;
    } else if (announcement.wait > Nanoseconds::zero()) {
        peer.acted.reset();
    }
    peer.ready = *alive + std::clamp(announcement.wait, Nanoseconds::zero(), patience_);
}

void Election::begin(Nanoseconds now) {
    peers_.assign(peers_.size(), {});
    began_ = looked_ = now;
    active_ = false;
}

void Election::resign(Nanoseconds now) {
    began_ = now;
    active_ = false;
}

bool Election::wasStopped(Nanoseconds now) const { return now - looked_ > patience_ / 4; }

bool Election::isRecent(std::optional<Nanoseconds> time, Nanoseconds now) const {
    return time && now - *time < patience_;
}

std::optional<Rank> Election::activePeer(Nanoseconds now) const {
    for (Rank rank = 0; rank < peers_.size(); ++rank) {
        if (isRecent(peers_[rank].alive, now) && peers_[rank].active) {
            return rank;
        }
    }
    return std::nullopt;
}

bool Election::mayBecomeActive(Nanoseconds now) const {
    return now - began_ >= patience_ && !higherIsReady(now) &&
           std::none_of(peers_.begin(), peers_.end(),
                        [&](const Peer& peer) { return isRecent(peer.acted, now); });
}

// One that is ready before it could hear of this master counts as ready: both would become active.
// One that is not yet does not, or a master that starts again and again would keep the group
// without an active one.
bool Election::higherIsReady(Nanoseconds now) const {
    return std::any_of(peers_.begin(), peers_.begin() + static_cast<std::ptrdiff_t>(self_),
                       [&](const Peer& peer) {
                           return isRecent(peer.alive, now) && now >= peer.ready - patience_ / 4;
                       });
}

}  // namespace berkeley
