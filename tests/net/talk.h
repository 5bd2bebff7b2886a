/// A master and a slave who shake hands and say frames, in memory.
#pragma once

#include <array>
#include <string>
#include <utility>

#include "connected_pair.h"
#include "net/tls_session.h"
#include "path.h"
#include "wire/messages.h"

namespace berkeley::net {

inline constexpr std::size_t kFrame = 64;

inline Bytes frameOf(char letter) { return Bytes(kFrame, static_cast<std::byte>(letter)); }

/// All that there is to read.
inline std::string heard(TlsSession& session) {
    std::array<std::byte, 256> buffer;
    std::string text;
    while (const std::size_t size = session.read(buffer)) {
        text.append(reinterpret_cast<const char*>(buffer.data()), size);
    }
    return text;
}

class Talk {
  public:
    explicit Talk(const Key& key = kKey, Change change = changeNothing)
        : slave_(NamedKey{"client", key}), change_(std::move(change)) {}

    /// The handshake and three frames from each side, in turn; false when one side has refused what
    /// it was given.
    bool run() {
        try {
            if (shakeHands()) {
                for (const char letter : {'a', 'b', 'c'}) {
                    say(Way::toMaster, letter);
                    say(Way::toSlave, static_cast<char>(letter - 'a' + 'A'));
                }
            }
            return true;
        } catch (const wire::WireError& error) {
            error_ = error.what();
            return false;
        }
    }

    bool shakeHands() {
        bool slave = false, master = false;
        for (int i = 0; i < 4 && !(slave && master); ++i) {
            slave = slave_.handshake();
            carry(Way::toMaster);
            master = master_.handshake();
            carry(Way::toSlave);
        }
        return slave && master;
    }

    /// What the other side is to be handed.
    Bytes sealed(Way way, char letter) {
        EXPECT_TRUE(speaker(way).write(frameOf(letter)));
        return speaker(way).takeOutput();
    }

    void carry(Way way) { carry(way, speaker(way).takeOutput()); }

    TlsSession& speaker(Way way) { return way == Way::toMaster ? slave_ : master_; }
    TlsSession& listener(Way way) { return way == Way::toMaster ? master_ : slave_; }
    std::size_t carried(Way way) const { return way == Way::toMaster ? toMaster_ : toSlave_; }

    KeyRing ring_{Keys{{"client", kKey}, {"other", kOtherKey}}};
    TlsSession master_{ring_};
    TlsSession slave_;
    std::string heardByMaster_, heardBySlave_, error_;

  private:
    void say(Way way, char letter) {
        carry(way, sealed(way, letter));
        (way == Way::toMaster ? heardByMaster_ : heardBySlave_) += heard(listener(way));
    }

    void carry(Way way, Bytes bytes) {
        std::size_t& carried = way == Way::toMaster ? toMaster_ : toSlave_;
        const std::size_t before = std::exchange(carried, carried + bytes.size());
        change_(way, bytes, before);
        if (!bytes.empty()) {
            listener(way).feed(bytes);
        }
    }

    Change change_;
    std::size_t toMaster_ = 0, toSlave_ = 0;
};

/// In Talk::run().
inline const std::string kSaidBySlave =
    std::string(kFrame, 'a') + std::string(kFrame, 'b') + std::string(kFrame, 'c');
inline const std::string kSaidByMaster =
    std::string(kFrame, 'A') + std::string(kFrame, 'B') + std::string(kFrame, 'C');

}  // namespace berkeley::net
