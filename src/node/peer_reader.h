/// What a peer says, master or slave: its bytes as messages or as times in the lab's text, with the
/// host time at which they arrived, and no later than its patience allows.
///
/// Thread safety: all belongs to the connection's receive thread. Errors: WireError about the peer.
#pragma once

#include <date/tz.h>

#include <optional>
#include <variant>
#include <vector>

#include "host/stamp_converter.h"
#include "host/steered_clock.h"
#include "net/connection.h"
#include "node/frame_deadline.h"
#include "wire/lab.h"
#include "wire/native.h"

namespace berkeley::node {

class PeerReader {
  public:
    enum class Protocol { native, lab };

    struct Heard {
        net::Receipt receipt{};
        HostTime arrived;                       ///< what follows, no later than that
        std::vector<wire::Message> messages{};  ///< of a native peer
        std::vector<HostTime> labTimes{};       ///< of one that speaks the lab's text
    };

    /// The peer has `patience` for every frame, from its first byte to its last. Without `protocol`
    /// its first byte says which one it is, and it has `patience` for its first frame from now on.
    /// `connection` and `zone` outlive this.
    PeerReader(net::Connection& connection, const host::SteeredClock& clock,
               const date::time_zone& zone, FrameDeadline::Patience patience,
               std::optional<Protocol> protocol = std::nullopt);

    /// How long to wait for the next bytes; nothing where that does not matter. Throws when it is
    /// too late for them.
    net::Connection::Patience patience() const;

    /// Waits for bytes, no longer than `patience`, which is no more than patience().
    Heard read(net::Connection::Patience patience);

    /// When what was sent last with a stamp left, not before `sending`, when it was about to.
    HostTime departure(HostTime sending);

  private:
    using Decoder = std::variant<std::monostate, wire::NativeDecoder, wire::LabDecoder>;

    void choose(Protocol protocol);
    void decode(std::span<const std::byte> bytes, std::optional<SystemTime> arrived, Heard& heard);
    bool isAmbiguous() const;
    void finishLabTime(Heard& heard);

    net::Connection& connection_;
    const host::SteeredClock& clock_;
    const date::time_zone& zone_;
    Decoder decoder_;
    FrameDeadline deadline_;
    host::StampConverter stamps_;
};

}  // namespace berkeley::node
