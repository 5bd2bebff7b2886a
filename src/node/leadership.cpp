#include "node/leadership.h"

#include <ctime>
#include <utility>

namespace berkeley::node {
namespace {

/// Advances even while the process is stopped or the machine suspended.
Nanoseconds bootTime() {
    timespec time{};
    clock_gettime(CLOCK_BOOTTIME, &time);
    return std::chrono::seconds{time.tv_sec} + Nanoseconds{time.tv_nsec};
}

/// FNV-1a (Fowler, Noll and Vo), 64 bits.
std::uint64_t checksumOf(const std::vector<net::Endpoint>& masters) {
    std::uint64_t hash = 0xcbf29ce484222325;
    const auto add = [&hash](const std::string& text) {
        for (const char c : text) {
            hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
        }
    };
    for (const net::Endpoint& master : masters) {
        add(&master == &masters.front() ? "" : ",");
        add(toText(master));
    }
    return hash;
}

}  // namespace

std::string MasterRanks::nameOf(sync::Rank rank) {
    std::string name{"master-"};
    return name.append(std::to_string(rank + 1));
}

std::vector<std::string> MasterRanks::namesOfOthers() const {
    std::vector<std::string> names;
    for (sync::Rank rank = 0; rank < masters.size(); ++rank) {
        if (rank != self) {
            names.push_back(nameOf(rank));
        }
    }
    return names;
}

Leadership::Leadership(MasterRanks ranks, Nanoseconds patience)
    : ranks_(std::move(ranks)),
      checksum_(checksumOf(ranks_.masters)),
      election_(sync::Election{ranks_.self, ranks_.masters.size(), patience, bootTime()}),
      active_(std::nullopt) {}

bool Leadership::isActive() const {
    const os::MutexLock guard{lock_};
    return active_ == ranks_.self;
}

bool Leadership::mayAct() const {
    const os::MutexLock guard{lock_};
    return active_ == ranks_.self && (!election_ || election_->mayAct(bootTime()));
}

wire::Message Leadership::greeting(Nanoseconds interval) const {
    const os::MutexLock guard{lock_};
    if (active_ == ranks_.self) {
        return wire::Welcome{interval};
    }
    // A master that is elected but not active yet has already been announced as active: a slave
    // that comes for that reason must not be sent to the former one, which is gone.
    if (!active_ || (election_ && election_->mayAct(bootTime()))) {
        return wire::Redirect{};
    }
    const net::Endpoint& active = ranks_.masters.at(*active_);
    return wire::Redirect{active.host, active.port};
}

std::optional<sync::Rank> Leadership::look() {
    const os::MutexLock guard{lock_};
    return election_ ? election_->look(bootTime()) : active_;
}

std::optional<sync::Resignation> Leadership::resignation() const {
    const os::MutexLock guard{lock_};
    return election_.value().resignation();
}

std::uint32_t Leadership::term() const {
    const os::MutexLock guard{lock_};
    return election_.value().term();
}

void Leadership::know(std::uint64_t group, std::uint32_t term) {
    const os::MutexLock guard{lock_};
    election_.value().know(group, term, bootTime());
}

void Leadership::cycleBegins() {
    const os::MutexLock guard{lock_};
    if (election_) {
        election_->beginCount(bootTime());
    }
}

void Leadership::cycleEnded(std::uint32_t members) {
    const os::MutexLock guard{lock_};
    if (election_) {
        election_->endCount(members, bootTime());
    }
}

void Leadership::resign() {
    const os::MutexLock guard{lock_};
    election_.value().resign(bootTime());
}

void Leadership::carryOut(std::optional<sync::Rank> active) {
    const os::MutexLock guard{lock_};
    active_ = active;
}

void Leadership::heard(const wire::MasterAnnouncement& announcement) {
    const os::MutexLock guard{lock_};
    if (!election_) {
        throw wire::WireError("takes this master for one of several; does this one lack --peers?");
    }
    if (announcement.masters != checksum_) {
        throw wire::WireError("has another list of masters; give all of them the same --peers");
    }
    if (announcement.announcement.from == ranks_.self) {
        throw wire::WireError("takes itself for " + MasterRanks::nameOf(ranks_.self) +
                              ", as this master does; give each its own address in --peers");
    }
    election_->heard(announcement.announcement, bootTime());
    (void)election_->look(bootTime());
}

wire::MasterAnnouncement Leadership::announcementTo(sync::Rank rank) {
    const os::MutexLock guard{lock_};
    return {election_.value().announcementTo(rank, bootTime()), checksum_};
}

}  // namespace berkeley::node
