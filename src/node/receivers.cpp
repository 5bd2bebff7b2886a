#include "receivers.h"

#include <algorithm>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "host/time_zone.h"

namespace berkeley::node {
namespace {

using Steady = std::chrono::steady_clock;

/// Lines per second about one host: enough for a rack of slaves that come and go, but few about a
/// bad peer.
constexpr std::uint32_t kGoings = 50;
constexpr std::uint32_t kMisdeeds = 1;
/// How long the accept thread waits when the machine has run out of a resource.
constexpr std::chrono::milliseconds kAcceptPause{200};

}  // namespace

Receivers::Receivers(const MasterConfig& config, const host::SteeredClock& clock,
                     SharedGroup& group, Leadership& leadership,
                     std::shared_ptr<spdlog::logger> logger)
    : config_(config),
      clock_(clock),
      group_(group),
      leadership_(leadership),
      logger_(std::move(logger)),
      goings_(logger_, spdlog::level::info, kGoings),
      misdeeds_(logger_, spdlog::level::warn, kMisdeeds),
      zone_(host::localTimeZone()),
      admission_(config_.admission, leadership_.ranks().namesOfOthers()) {
    if (config_.keys) {
        keys_.emplace(*config_.keys);
    }
}

void Receivers::start() {
    listener_ = std::make_unique<net::Listener>(config_.listen, keys_ ? &*keys_ : nullptr,
                                                static_cast<int>(config_.unreadBytes));
    logger_->info("clock server started on {}", toText(listener_->local()));
    acceptThread_ = std::thread{[this] { startConnecting(); }};
}

void Receivers::startConnecting() {
    while (true) {
        try {
            std::shared_ptr<net::Connection> connection = listener_->accept();
            if (!connection) {
                return;
            }
            accept(std::move(connection));
        } catch (const std::exception& error) {
            sendAway(listener_->local(), wire::Fault::refused,
                     " " + std::string{error.what()} + "; connected slaves are not affected");
            // Nothing tells when the resource is available again.
            std::this_thread::sleep_for(kAcceptPause);
        }
        joinFinished();
    }
}

void Receivers::accept(std::shared_ptr<net::Connection> connection) {
    const net::Endpoint peer = connection->peer();
    if (const Admission::Refusal reason = admit(peer)) {
        sendAway(peer, wire::Fault::refused, ": refused, " + *reason);
        return;
    }
    try {
        startReceiver(std::move(connection));
    } catch (const std::exception& error) {
        {
            const os::MutexLock guard{lock_};
            admission_.pendingLeft(peer.host);
        }
        throw std::runtime_error("refused " + toText(peer) +
                                 ": cannot start a thread for it: " + error.what());
    }
}

void Receivers::startReceiver(std::shared_ptr<net::Connection> connection) {
    auto made = std::make_unique<Receiver>();
    Receiver& receiver = *made;
    receiver.session = std::make_shared<SlaveSession>(
        std::move(connection), clock_, group_, leadership_, zone_, config_.patience,
        config_.interval,
        [this, &receiver](const std::string& name) { admitSlave(receiver, name); });
    const os::MutexLock guard{lock_};
    receivers_.push_back(std::move(made));
    try {
        receiver.thread = std::thread{[this, &receiver] { startReceivingClockTime(receiver); }};
    } catch (const std::system_error&) {
        receivers_.pop_back();
        throw;
    }
}

void Receivers::startReceivingClockTime(Receiver& receiver) {
    SlaveSession& session = *receiver.session;
    bool announced = false;
    try {
        session.authenticate();
        while (session.receive()) {
            if (!announced && session.slave() != nullptr) {
                announced = true;
                closeOthersWithKeyOf(session);
                goings_.write(session.peer(), session.label() + " got connected successfully" +
                                                  session.otherVersion());
            }
            noteTimestamps(receiver);
        }
        if (announced) {
            goings_.write(session.peer(), session.label() + " has left");
        }
    } catch (const wire::WireError& error) {
        sendAway(session.peer(), error.fault(),
                 session.label() + ": " + std::string{error.what()} + "; connection closed");
    } catch (const std::exception& error) {
        // The failure is this master's own; the other sessions continue.
        sendAway(session.peer(), wire::Fault::refused,
                 session.label() + ": " + std::string{error.what()} + "; connection closed");
    }
    leave(receiver);
}

Admission::Refusal Receivers::admit(const net::Endpoint& peer) {
    const os::MutexLock guard{lock_};
    return admission_.admit(peer.host, Steady::now());
}

void Receivers::admitSlave(Receiver& receiver, const std::string& name) {
    const os::MutexLock guard{lock_};
    const std::string& host = receiver.session->peer().host;
    if (const Admission::Refusal reason = admission_.admitSlave(host, name)) {
        throw wire::WireError("refused, " + *reason, wire::Fault::refused);
    }
    receiver.admitted = name;
}

/// Allows one connection per key. The newest counts, as the remains of a lost connection linger for
/// a while. Of two that join at once, only the later one closes the other, or neither would be
/// left.
void Receivers::closeOthersWithKeyOf(const SlaveSession& session) {
    const std::optional<std::string> name = session.keyName();
    const sync::SlaveId joined = session.slave()->id();
    for (const auto& other : sessions()) {
        const Slave* older = other->slave();
        if (name && older != nullptr && older->id() < joined && other->keyName() == name) {
            sendAway(other->peer(), wire::Fault::key,
                     older->label() + " has connected again from " + toText(session.peer()) +
                         "; connection closed");
            other->close();
        }
    }
}

/// Notes the kind of timestamps once, as soon as it is known. Only the receive thread changes it.
void Receivers::noteTimestamps(Receiver& receiver) {
    const SlaveSession& session = *receiver.session;
    const Slave* slave = session.slave();
    if (receiver.timestamps || slave == nullptr) {
        return;
    }
    if (const std::optional<sync::TimestampKind> timestamps = slave->timestamps()) {
        logger_->debug("{}{}: {}", toText(session.peer()), slave->label(), toText(*timestamps));
        const os::MutexLock guard{lock_};
        receiver.timestamps = timestamps;
    }
}

void Receivers::leave(Receiver& receiver) {
    receiver.session->close();
    const os::MutexLock guard{lock_};
    if (receiver.admitted) {
        admission_.slaveLeft(*receiver.admitted);
    } else {
        admission_.pendingLeft(receiver.session->peer().host);
    }
    receiver.finished = true;
}

void Receivers::sendAway(const net::Endpoint& peer, wire::Fault fault, const std::string& text) {
    ++sentAway_.at(static_cast<std::size_t>(fault));
    misdeeds_.write(peer, text);
}

std::vector<std::shared_ptr<SlaveSession>> Receivers::sessions() const {
    const os::MutexLock guard{lock_};
    std::vector<std::shared_ptr<SlaveSession>> sessions;
    for (const auto& receiver : receivers_) {
        if (!receiver->finished) {
            sessions.push_back(receiver->session);
        }
    }
    return sessions;
}

void Receivers::joinFinished() {
    std::vector<std::unique_ptr<Receiver>> finished;
    {
        const os::MutexLock guard{lock_};
        const auto firstFinished =
            std::partition(receivers_.begin(), receivers_.end(),
                           [](const auto& receiver) { return !receiver->finished; });
        std::move(firstFinished, receivers_.end(), std::back_inserter(finished));
        receivers_.erase(firstFinished, receivers_.end());
    }
    for (const auto& receiver : finished) {
        receiver->thread.join();
    }
}

void Receivers::replaceKeys(net::Keys keys) {
    keys_.value().replace(std::move(keys));
    // A handshake under way checks the keys again at its end.
    for (const auto& session : sessions()) {
        if (!session->isKeyCurrent()) {
            sendAway(session->peer(), wire::Fault::key,
                     session->label() + "'s key was removed; connection closed");
            session->close();
        }
    }
}

observe::PeerCounts Receivers::peerCounts() const {
    observe::PeerCounts counts;
    counts.slaves = group_.size();
    std::copy(sentAway_.begin(), sentAway_.end(), counts.sentAway.begin());
    const os::MutexLock guard{lock_};
    for (const auto& receiver : receivers_) {
        if (receiver->timestamps && !receiver->finished) {
            ++counts.timestamps.at(static_cast<std::size_t>(*receiver->timestamps));
        }
    }
    return counts;
}

void Receivers::stop() {
    if (listener_) {
        listener_->shutdown();
    }
    if (acceptThread_.joinable()) {
        acceptThread_.join();
    }
    std::vector<std::unique_ptr<Receiver>> last;
    {
        const os::MutexLock guard{lock_};
        last.swap(receivers_);
    }
    for (const auto& receiver : last) {
        receiver->session->close();
    }
    for (const auto& receiver : last) {
        receiver->thread.join();
    }
}

}  // namespace berkeley::node
