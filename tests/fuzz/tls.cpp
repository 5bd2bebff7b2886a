/// TLS records as received: by a master and a slave that wait for a handshake, and by a master in
/// the middle of a conversation whose records are altered on the way.
#include <array>
#include <cstdint>
#include <string>
#include <utility>

#include "fuzz.h"
#include "net/tls_session.h"
#include "wire/messages.h"

namespace berkeley::fuzz {
namespace {

using Text = std::vector<std::byte>;

const net::KeyRing& ring() {
    static const net::KeyRing keys{net::Keys{{"slave", net::Key(32, 0x5A)}}};
    return keys;
}

net::NamedKey slaveKey() { return {"slave", net::Key(32, 0x5A)}; }

void requireNoHandshake(net::TlsSession& session, const CutStream& stream) {
    try {
        for (const Bytes piece : stream.pieces) {
            session.feed(piece);
            require(!session.handshake(), "who has no key does not get in");
        }
    } catch (const wire::WireError& error) {
        requireOneLine(error.what());
    }
}

void shakeHands(net::TlsSession& slave, net::TlsSession& master) {
    for (int turn = 0; turn < 4; ++turn) {
        (void)slave.handshake();
        master.feed(slave.takeOutput());
        (void)master.handshake();
        slave.feed(master.takeOutput());
    }
    require(slave.handshake() && master.handshake(), "who has the key gets in");
}

Text readAll(net::TlsSession& session) {
    Text text;
    std::array<std::byte, 100> buffer;
    while (const std::size_t size = session.read(buffer)) {
        text.insert(text.end(), buffer.begin(), buffer.begin() + static_cast<long>(size));
    }
    return text;
}

/// Each three bytes of the input say which byte of the stream to change, and how.
bool alter(Text& records, Bytes changes) {
    const Text sent = records;
    for (std::size_t i = 0; i + 2 < changes.size(); i += 3) {
        const auto at = std::to_integer<std::size_t>(changes[i]) << 8 |
                        std::to_integer<std::size_t>(changes[i + 1]);
        records[at % records.size()] ^= changes[i + 2];
    }
    return records != sent;
}

void requireWhatWasSaid(Bytes changes) {
    net::TlsSession slave{slaveKey()}, master{ring()};
    shakeHands(slave, master);
    Text said;
    for (int frame = 0; frame < 3; ++frame) {
        const Text text(64, static_cast<std::byte>('a' + frame));
        require(slave.write(text), "the session lasts");
        said.insert(said.end(), text.begin(), text.end());
    }
    Text records = slave.takeOutput();
    const bool altered = alter(records, changes);
    Text heard;
    try {
        for (const Bytes piece : piecesOf(records, 50)) {
            master.feed(piece);
            const Text part = readAll(master);
            heard.insert(heard.end(), part.begin(), part.end());
        }
    } catch (const wire::WireError& error) {
        requireOneLine(error.what());
        require(altered, "what was not altered is believed");
    }
    require(heard.size() <= said.size() && std::equal(heard.begin(), heard.end(), said.begin()),
            "what is heard was said");
    require(altered || heard == said, "what was not altered is heard");
}

}  // namespace

void run(Bytes input) {
    if (input.empty()) {
        return;
    }
    const Bytes rest = input.subspan(1);
    switch (std::to_integer<int>(input.front()) % 3) {
        case 0: {
            net::TlsSession master{ring()};
            requireNoHandshake(master, CutStream{rest});
            break;
        }
        case 1: {
            net::TlsSession slave{slaveKey()};
            (void)slave.handshake();
            requireNoHandshake(slave, CutStream{rest});
            break;
        }
        default:
            requireWhatWasSaid(rest);
    }
}

}  // namespace berkeley::fuzz
