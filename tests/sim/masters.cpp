#include "sim/masters.h"

#include <algorithm>

namespace berkeley::sim {

std::string Fault::text() const {
    static constexpr const char* kVerbs[] = {"start", "die", "stop", "goOn", "part", "lose"};
    return std::string{kVerbs[kind]}.append(" ").append(std::to_string(which));
}

Masters::Masters(const MastersModel& model)
    : model_(model), now_(1000 * model.patience), hosts_(model.count), random_(model.seed) {}

bool Masters::possible(const Fault& fault) const {
    switch (fault.kind) {
        case Fault::start:
            return !hosts_[fault.which].election;
        case Fault::die:
            return hosts_[fault.which].election.has_value();
        case Fault::stop:
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
            hosts_[fault.which].stopped = true;
            break;
        case Fault::goOn:
            hosts_[fault.which].stopped = false;
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
    deliver();
    for (Rank rank = 0; rank < model_.count; ++rank) {
        if (runs(rank)) {
            announce(rank);
        }
    }
}

bool Masters::mayAct(Rank rank) const {
    return hosts_[rank].election && hosts_[rank].election->mayAct(now_);
}

std::vector<std::vector<Rank>> Masters::groups() const {
    std::vector<std::vector<Rank>> groups(2);
    for (Rank rank = 0; rank < model_.count; ++rank) {
        if (runs(rank)) {
            groups[sideOf(rank)].push_back(rank);
        }
    }
    std::erase_if(groups, [](const std::vector<Rank>& group) { return group.empty(); });
    return groups;
}

void Masters::deliver() {
    std::erase_if(underWay_, [this](const Message& message) { return deliver(message); });
}

bool Masters::deliver(const Message& message) {
    const Rank from = message.announcement.from;
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
    receiver.election->heard(message.announcement, now_);
    receiver.follows = receiver.election->look(now_);
    return true;
}

void Masters::announce(Rank from) {
    Host& sender = hosts_[from];
    if (now_ < sender.announces) {
        return;
    }
    sender.follows = sender.election->look(now_);
    sender.announces = now_ + Nanoseconds{random(1, model_.interval)};
    for (Rank to = 0; to < model_.count; ++to) {
        if (to != from && random(1, 100) > lossPercent_) {
            send({to, sender.election->announcementTo(to, now_),
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

int Masters::random(int least, int most) {
    return least == most ? least : std::uniform_int_distribution{least, most}(random_);
}

}  // namespace berkeley::sim
