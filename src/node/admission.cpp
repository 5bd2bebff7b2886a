#include "berkeley/node/admission.h"

namespace berkeley {

Admission::Admission(const AdmissionLimits& limits)
    : limits_(limits), connects_(limits.connectsPerSecond) {}

Admission::Refusal Admission::admit(const std::string& host, Time now) {
    const std::string network = networkOf(host);
    if (!connects_.take(network, now)) {
        return "its address connects more than " + std::to_string(limits_.connectsPerSecond) +
               " times a second (--max-connects)";
    }
    if (slaves_ >= limits_.slaves) {
        return "there are " + std::to_string(slaves_) + " slaves already (--max-slaves)";
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

Admission::Refusal Admission::admitSlave(const std::string& host) {
    // Meanwhile others may have been quicker.
    if (slaves_ >= limits_.slaves) {
        return "there are " + std::to_string(slaves_) + " slaves already (--max-slaves)";
    }
    pendingLeft(host);
    ++slaves_;
    return std::nullopt;
}

void Admission::pendingLeft(const std::string& host) {
    --pending_;
    const auto found = pendingOf_.find(networkOf(host));
    if (--found->second == 0) {
        pendingOf_.erase(found);
    }
}

}  // namespace berkeley
