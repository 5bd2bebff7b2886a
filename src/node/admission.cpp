#include "node/admission.h"

#include "net/endpoint.h"

namespace berkeley::node {

Admission::Admission(const AdmissionLimits& limits, const std::vector<std::string>& masters)
    : limits_(limits), connects_(limits.connectsPerSecond) {
    for (const std::string& master : masters) {
        masters_.emplace(master, 0);
    }
}

Admission::Refusal Admission::admit(const std::string& host, Time now) {
    const std::string network = net::networkOf(host);
    if (!connects_.take(network, now)) {
        return "its address connects more than " + std::to_string(limits_.connectsPerSecond) +
               " times a second (--max-connects)";
    }
    if (isFull() && masters_.empty()) {
        return full();
    }
    if (pending_ >= limits_.pending) {
        return std::to_string(pending_) +
               " connections have not said yet who they are (--max-pending)";
    }
    const auto found = pendingOf_.find(network);
    if (found != pendingOf_.end() && found->second >= limits_.pendingPerAddress) {
        return std::to_string(found->second) +
               " connections from its address have not said yet who they are "
               "(--max-pending-per-address)";
    }
    ++pending_;
    ++pendingOf_[network];
    return std::nullopt;
}

Admission::Refusal Admission::admitSlave(const std::string& host, const std::string& name) {
    const auto master = masters_.find(name);
    const bool takesPlace = master == masters_.end() || master->second > 0;
    // Others may have joined while this connection was pending.
    if (takesPlace && isFull()) {
        return full();
    }
    pendingLeft(host);
    slaves_ += takesPlace ? 1 : 0;
    if (master != masters_.end()) {
        ++master->second;
    }
    return std::nullopt;
}

void Admission::slaveLeft(const std::string& name) {
    const auto master = masters_.find(name);
    // Of several connections under one master's name, one takes no place: the last to leave.
    if (master == masters_.end() || --master->second > 0) {
        --slaves_;
    }
}

std::string Admission::full() const {
    return "there are " + std::to_string(slaves_) + " slaves already (--max-slaves)";
}

void Admission::pendingLeft(const std::string& host) {
    --pending_;
    const auto found = pendingOf_.find(net::networkOf(host));
    if (--found->second == 0) {
        pendingOf_.erase(found);
    }
}

}  // namespace berkeley::node
