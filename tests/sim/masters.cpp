#include "sim/masters.h"

#include <algorithm>
#include <utility>

namespace berkeley::sim {

std::string Fault::text() const {
    static constexpr const char* kVerbs[] = {"start", "die",  "stop", "freeze",
                                             "goOn",  "part", "lose"};
    return std::string{kVerbs[kind]}.append(" ").append(std::to_string(which));
}

Masters::Masters(const MastersModel& model)
    : model_(model), now_(1000 * model.patience), hosts_(model.count), random_(model.seed) {
    for (std::size_t side = 0; side < model.slaves.size(); ++side) {
        slaves_.insert(slaves_.end(), static_cast<std::size_t>(model.slaves[side]), Slave{side});
    }
}

bool Masters::possible(const Fault& fault) const {
    switch (fault.kind) {
        case Fault::start:
            return !hosts_[fault.which].election;
        case Fault::die:
            return hosts_[fault.which].election.has_value();
        case Fault::stop:
        case Fault::freeze:
            return runs(fault.which);
        case Fault::goOn:
            return hosts_[fault.which].stopped;
        case Fault::part:
            return otherSide_ != fault.which;
        case Fault::lose:
            return lossPercent_ != static_cast<int>(fault.which);
    }
    return false;
}

void Masters::apply(const Fault& fault) {
    switch (fault.kind) {
        case Fault::start:
            hosts_[fault.which].election.emplace(fault.which, model_.count, model_.patience, now_);
            hosts_[fault.which].announces = now_;
            break;
        case Fault::die:
            hosts_[fault.which] = {};
            break;
        case Fault::stop:
        case Fault::freeze:
            hosts_[fault.which].stopped = true;
            hosts_[fault.which].frozen = fault.kind == Fault::freeze;
            break;
        case Fault::goOn:
            hosts_[fault.which].stopped = hosts_[fault.which].frozen = false;
            break;
        case Fault::part:
            otherSide_ = fault.which;
            break;
        case Fault::lose:
            lossPercent_ = static_cast<int>(fault.which);
            break;
    }
}

void Masters::step() {
    now_ += Nanoseconds{1};
    for (Host& host : hosts_) {
        host.behind += Nanoseconds{host.frozen ? 1 : 0};
    }
    deliver();
    for (sync::Rank rank = 0; rank < model_.count; ++rank) {
        if (runs(rank)) {
            announce(rank);
            runCycle(rank);
        }
    }
    for (Slave& slave : slaves_) {
        move(slave);
    }
}

bool Masters::runs(sync::Rank rank) const { return hosts_[rank].election && !hosts_[rank].stopped; }

bool Masters::leads(sync::Rank rank) const {
    return runs(rank) && hosts_[rank].election->mayAct(timeOf(hosts_[rank]));
}

std::uint32_t Masters::membersOf(sync::Rank rank) const {
    std::uint32_t members = 1;
    for (sync::Rank other = 0; other < model_.count; ++other) {
        members += other != rank && runs(other) && reach(rank, other) && follows(other) == rank;
    }
    for (const Slave& slave : slaves_) {
        members += slave.master == rank && reaches(slave, rank);
    }
    return members;
}

void Masters::deliver() {
    std::erase_if(underWay_, [this](const Message& message) { return deliver(message); });
}

bool Masters::deliver(const Message& message) {
    const sync::Rank from = message.announcement.from;
    Host& receiver = hosts_[message.to];
    if (!receiver.election) {
        return true;
    }
    if (message.arrives > now_ || receiver.stopped) {
        return false;
    }
    if (sideOf(from) != sideOf(message.to)) {
        return !model_.sendsLate;
    }
    if (hosts_[from].stopped && model_.sendsLate) {
        return false;
    }
    receiver.election->heard(message.announcement, timeOf(receiver));
    receiver.follows = receiver.election->look(timeOf(receiver));
    return true;
}

void Masters::announce(sync::Rank from) {
    Host& sender = hosts_[from];
    if (now_ < sender.announces) {
        return;
    }
    sender.follows = sender.election->look(timeOf(sender));
    sender.announces = now_ + Nanoseconds{random(1, model_.interval)};
    for (sync::Rank to = 0; to < model_.count; ++to) {
        if (to != from && random(1, 100) > lossPercent_) {
            send({to, sender.election->announcementTo(to, timeOf(sender)),
                  now_ + Nanoseconds{random(1, model_.delay)}});
        }
    }
}

void Masters::send(Message message) {
    for (const Message& earlier : underWay_) {
        if (earlier.to == message.to && earlier.announcement.from == message.announcement.from) {
            message.arrives = std::max(message.arrives, earlier.arrives);
        }
    }
    underWay_.push_back(message);
}

// The count is that of the begin: answers that a frozen master had already are not lost.
void Masters::runCycle(sync::Rank rank) {
    Host& host = hosts_[rank];
    const Nanoseconds now = timeOf(host);
    if (!leads(rank)) {
        host.counting.reset();
        return;
    }
    if (host.counting) {
        host.election->endCount(*std::exchange(host.counting, std::nullopt), now);
        for (sync::Rank other = 0; other < model_.count; ++other) {
            if (runs(other) && reach(rank, other) && follows(other) == rank) {
                teach(other);
            }
        }
    } else if (now >= host.turn) {
        host.turn = now + model_.cycle;
        host.election->beginCount(now);
        if (hasSlaves(rank)) {
            host.counting = 1;
            for (std::uint32_t other = 1; other < membersOf(rank); ++other) {
                *host.counting += random(1, 100) > model_.latePercent;
            }
        } else {
            host.election->endCount(1, now);
        }
    }
}

/// Also such as it does not know to be gone.
bool Masters::hasSlaves(sync::Rank rank) const {
    for (sync::Rank other = 0; other < model_.count; ++other) {
        if (other != rank && hosts_[other].election && follows(other) == rank) {
            return true;
        }
    }
    return std::any_of(slaves_.begin(), slaves_.end(),
                       [rank](const Slave& slave) { return slave.master == rank; });
}

void Masters::teach(sync::Rank rank) {
    hosts_[rank].knows = true;
    hosts_[rank].election->know(1, 0, timeOf(hosts_[rank]));
}

void Masters::move(Slave& slave) {
    if (slave.master) {
        const bool silent = !runs(*slave.master) || !reaches(slave, *slave.master);
        slave.silence = silent ? slave.silence + Nanoseconds{1} : Nanoseconds{};
        const bool stays = silent ? slave.silence < model_.leaves && hosts_[*slave.master].election
                                  : leads(*slave.master);
        if (stays) {
            return;
        }
    }
    slave.master.reset();
    slave.silence = {};
    const sync::Rank first = static_cast<sync::Rank>(
        random(0, model_.anyMaster ? static_cast<int>(model_.count) - 1 : 0));
    for (sync::Rank i = 0; i < model_.count && !slave.master; ++i) {
        const sync::Rank rank = (first + i) % model_.count;
        if (leads(rank) && reaches(slave, rank)) {
            slave.master = rank;
        }
    }
}

int Masters::random(int least, int most) {
    return least == most ? least : std::uniform_int_distribution{least, most}(random_);
}

}  // namespace berkeley::sim
