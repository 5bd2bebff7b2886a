/// The other side of a node: one that says what a test wants.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "net/connector.h"
#include "wire/native.h"

namespace berkeley::node {

inline constexpr double kMaxSlewPpb = 500'000;
inline const net::Endpoint kAnyPort{"127.0.0.1", 0};

class Peer {
  public:
    explicit Peer(std::shared_ptr<net::Connection> connection)
        : connection_(std::move(connection)) {}
    /// Of a master.
    explicit Peer(const net::Endpoint& master, std::optional<net::NamedKey> key = {})
        : connection_(net::Connector{std::move(key)}.connect(master)) {}

    void say(const wire::Message& message) { connection_->send(wire::encode(message)); }

    /// Nothing when nothing has come within `patience`, or the connection has ended.
    std::optional<wire::Message> hear(std::chrono::milliseconds patience = kPatience) {
        wire::Frame frame;
        if (connection_->receive(frame, patience).size == frame.size()) {
            return wire::decode(frame);
        }
        return std::nullopt;
    }

    /// The next message of that kind.
    template <class M>
    std::optional<M> hear(std::chrono::milliseconds patience = kPatience) {
        while (const std::optional<wire::Message> message = hear(patience)) {
            if (std::holds_alternative<M>(*message)) {
                return std::get<M>(*message);
            }
        }
        return std::nullopt;
    }

    /// Told nothing more.
    bool isSentAway() {
        wire::Frame frame;
        return connection_->receive(frame, kPatience).receipt == net::Receipt::closed;
    }

    /// Hears all that it is told, until it is told nothing for so long.
    bool isSentAwayAtLast(std::chrono::milliseconds patience) {
        wire::Frame frame;
        net::Receipt receipt{};
        do {
            receipt = connection_->receive(frame, patience).receipt;
        } while (receipt == net::Receipt::data);
        return receipt == net::Receipt::closed;
    }

  private:
    static constexpr std::chrono::seconds kPatience{10};

    std::shared_ptr<net::Connection> connection_;
};

}  // namespace berkeley::node
