/// The other side of a node: one that says what a test wants.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <variant>

#include "net/connector.h"
#include "node/master_node.h"
#include "node/slave_node.h"
#include "wire/native.h"

namespace berkeley {

inline constexpr double kMaxSlewPpb = 500'000;
inline const Endpoint kAnyPort{"127.0.0.1", 0};

class Peer {
  public:
    explicit Peer(std::shared_ptr<Connection> connection) : connection_(std::move(connection)) {}
    /// Of a master.
    explicit Peer(const Endpoint& master, std::optional<NamedKey> key = {})
        : connection_(Connector{context_, std::move(key)}.connect(master)) {}

    void say(const Message& message) { connection_->send(encode(message)); }

    /// Nothing when nothing has come within `patience`, or the connection has ended.
    std::optional<Message> hear(std::chrono::milliseconds patience = kPatience) {
        Frame frame;
        if (connection_->receive(frame, patience).size == frame.size()) {
            return decode(frame);
        }
        return std::nullopt;
    }

    /// The next message of that kind.
    template <class M>
    std::optional<M> hear(std::chrono::milliseconds patience = kPatience) {
        while (const std::optional<Message> message = hear(patience)) {
            if (std::holds_alternative<M>(*message)) {
                return std::get<M>(*message);
            }
        }
        return std::nullopt;
    }

    /// Told nothing more.
    bool isSentAway() {
        Frame frame;
        return connection_->receive(frame, kPatience).receipt == Receipt::closed;
    }

    /// Hears all that it is told, until it is told nothing for so long.
    bool isSentAwayAtLast(std::chrono::milliseconds patience) {
        Frame frame;
        Receipt receipt{};
        do {
            receipt = connection_->receive(frame, patience).receipt;
        } while (receipt == Receipt::data);
        return receipt == Receipt::closed;
    }

  private:
    static constexpr std::chrono::seconds kPatience{10};

    boost::asio::io_context context_;
    std::shared_ptr<Connection> connection_;
};

}  // namespace berkeley
