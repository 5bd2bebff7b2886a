/// Reads what a peer, master or slave, says: turns its bytes into messages, or into times in the
/// lab's text, with the host time at which they arrived, and limits how long the peer may take.
///
/// Thread safety: the connection's receive thread only. Errors: WireError about the peer.
#pragma once

#include <date/tz.h>

#include <optional>
#include <span>
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
        HostTime arrived;                       ///< when the following arrived, at the latest
        std::vector<wire::Message> messages{};  ///< from a native peer
        std::vector<HostTime> labTimes{};       ///< from one that speaks the lab's text
    };

    /// The peer has `patience` for every frame, from its first byte to its last. Without
    /// `protocol`, the peer's first byte says which one it is, and the time for its first frame
    /// counts from now. The references must outlive this.
    PeerReader(net::Connection& connection, const host::SteeredClock& clock,
               const date::time_zone& zone, FrameDeadline::Patience patience,
               std::optional<Protocol> protocol = std::nullopt);

    /// Returns how long to wait for the next bytes; nothing if there is no limit. Throws when it is
    /// too late for them.
    net::Connection::Patience patience() const;

    /// Waits for bytes, for at most `patience`, which must not exceed patience().
    Heard read(net::Connection::Patience patience);

    /// Returns when the message last sent with a stamp left: not before `sending`, when it was
    /// about to leave.
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
