#include "sync/election.h"

#include <algorithm>

namespace berkeley::sync {

Election::Election(Rank self, std::size_t masters, Nanoseconds patience, Nanoseconds now)
    : self_(self), patience_(patience), peers_(masters) {
    begin(now);
}

std::optional<Rank> Election::look(Nanoseconds now) {
    if (wasStopped(now)) {
        begin(now);
    }
    looked_ = std::max(looked_, now);
    if (active_) {
        yieldToBest(now);
    } else if (mayBecomeActive(now)) {
        becomeActive();
    }
    if (!active_) {
        follows_ = activePeer(now);
    }
    return active_ ? self_ : follows_;
}

bool Election::mayAct(Nanoseconds now) const { return active_ && !wasStopped(now); }

void Election::know(std::uint64_t group, std::uint32_t term, Nanoseconds now) {
    // Before this master becomes active for that reason, the others must hear of it, and this
    // master must hear of any other that has become active meanwhile.
    if (group != 0 && group_ == 0 && !active_) {
        began_ = std::max(began_, now - patience_ / 2);
    }
    group_ = group;
    hearOfTerm(term);
}

void Election::beginCount(Nanoseconds now) {
    countBegins_ = now;
    for (Peer& peer : peers_) {
        peer.atBegin = peer.toAnswer;
    }
}

void Election::endCount(std::uint32_t members, Nanoseconds now) {
    if (claim_.members != members) {
        claim_.members = members;
        claimed_ = now;
    }
    countBegan_ = countBegins_;
    for (Peer& peer : peers_) {
        peer.atCount = peer.atBegin;
    }
}

Announcement Election::announcementTo(Rank to, Nanoseconds now) {
    look(now);
    return {.from = self_,
            .active = active_,
            .wait = std::max(began_ + patience_ - now, Nanoseconds::zero()),
            .sent = now,
            .answers = peers_[to].toAnswer,
            .group = group_,
            .claim = {active_ ? claim_.members : 0, term()},
            .counted = active_ ? peers_[to].atCount : std::nullopt};
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
    if (!announcement.active) {
        peer.met.reset();
    } else if (!peer.met || !isRecent(peer.alive, now)) {
        peer.met = now;
    }
    peer.alive = alive;
    peer.active = announcement.active;
    // A master that has yielded did so to another active one, of which this master may not have
    // heard yet.
    if (announcement.active) {
        peer.acted = alive;
    } else if (announcement.wait > Nanoseconds::zero()) {
        peer.acted.reset();
    }
    peer.ready = *alive + std::clamp(announcement.wait, Nanoseconds::zero(), patience_);
    peer.group = announcement.group;
    peer.claim = announcement.claim;
    peer.counted = announcement.counted;
    hearOfTerm(announcement.claim.term);
}

void Election::hearOfTerm(std::uint32_t term) {
    largestTerm_ = std::max(largestTerm_, std::min(term, kMostTerms));
}

void Election::begin(Nanoseconds now) {
    peers_.assign(peers_.size(), {});
    began_ = looked_ = now;
    active_ = false;
    follows_.reset();
}

void Election::becomeActive() {
    active_ = true;
    resignation_.reset();
    largestTerm_ = std::min(largestTerm_ + 1, kMostTerms);
    claim_ = {1, largestTerm_};
}

void Election::resign(Nanoseconds now) {
    began_ = now;
    active_ = false;
}

bool Election::wasStopped(Nanoseconds now) const { return now - looked_ > patience_ / 4; }

bool Election::isRecent(std::optional<Nanoseconds> time, Nanoseconds now) const {
    return time && now - *time < patience_;
}

bool Election::isActive(const Peer& peer, Nanoseconds now) const {
    return peer.active && isRecent(peer.alive, now);
}

bool Election::isBetter(Rank rank, const Claim& claim, Rank other, const Claim& others) {
    const bool older = claim.term == 0 || others.term == 0;
    return older || claim == others ? rank < other : claim > others;
}

bool Election::mustYieldTo(const Peer& peer, Nanoseconds now) const {
    const bool older = peer.claim.term == 0;
    return isActive(peer, now) && (older || (peer.met && countBegan_ >= peer.met &&
                                             peer.counted >= peer.met && peer.alive > claimed_));
}

void Election::yieldToBest(Nanoseconds now) {
    std::optional<Rank> winner;
    Claim claim = claim_;
    for (Rank rank = 0; rank < peers_.size(); ++rank) {
        const Peer& peer = peers_[rank];
        if (mustYieldTo(peer, now) && isBetter(rank, peer.claim, winner.value_or(self_), claim)) {
            winner = rank;
            claim = peer.claim;
        }
    }
    if (winner) {
        active_ = false;
        follows_ = winner;
        resignation_ = {*winner, claim, claim_};
    }
}

std::optional<Rank> Election::activePeer(Nanoseconds now) const {
    if (follows_ && isActive(peers_[*follows_], now)) {
        return follows_;
    }
    std::optional<Rank> best;
    for (Rank rank = 0; rank < peers_.size(); ++rank) {
        if (isActive(peers_[rank], now) &&
            (!best || isBetter(rank, peers_[rank].claim, *best, peers_[*best].claim))) {
            best = rank;
        }
    }
    return best;
}

bool Election::mayBecomeActive(Nanoseconds now) const {
    return now - began_ >= patience_ && !betterIsReady(now) &&
           std::none_of(peers_.begin(), peers_.end(),
                        [&](const Peer& peer) { return isRecent(peer.acted, now); });
}

// A peer that will be ready before it could hear of this master counts as ready; otherwise both
// would become active. A peer that is not ready yet does not count; otherwise a master that starts
// over and over would keep the group without an active one.
bool Election::betterIsReady(Nanoseconds now) const {
    for (Rank rank = 0; rank < peers_.size(); ++rank) {
        const Peer& peer = peers_[rank];
        const bool knows = group_ != 0, knowsToo = peer.group != 0;
        const bool isBetter = knows == knowsToo ? rank < self_ : knowsToo;
        if (isBetter && isRecent(peer.alive, now) && now >= peer.ready - patience_ / 4) {
            return true;
        }
    }
    return false;
}

}  // namespace berkeley::sync
