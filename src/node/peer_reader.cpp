#include "node/peer_reader.h"

#include <array>
#include <cctype>
#include <span>

#include "time/units.h"

namespace berkeley::node {
namespace {

using Steady = std::chrono::steady_clock;

PeerReader::Protocol protocolOf(std::byte first) {
    return std::isdigit(std::to_integer<unsigned char>(first)) != 0 ? PeerReader::Protocol::lab
                                                                    : PeerReader::Protocol::native;
}

}  // namespace

PeerReader::PeerReader(net::Connection& connection, const host::SteeredClock& clock,
                       const date::time_zone& zone, FrameDeadline::Patience patience,
                       std::optional<Protocol> protocol)
    : connection_(connection),
      clock_(clock),
      zone_(zone),
      deadline_(patience),
      stamps_(clock.hostLine()) {
    if (protocol) {
        choose(*protocol);
    } else {
        deadline_.begin(Steady::now());
    }
}

void PeerReader::choose(Protocol protocol) {
    if (protocol == Protocol::lab) {
        decoder_.emplace<wire::LabDecoder>(zone_);
    } else {
        decoder_.emplace<wire::NativeDecoder>();
    }
}

net::Connection::Patience PeerReader::patience() const {
    if (isAmbiguous()) {
        return wire::LabDecoder::kPatience;
    }
    const net::Connection::Patience left = deadline_.left(Steady::now());
    if (left == FrameDeadline::Patience::zero()) {
        throw wire::WireError(
            std::holds_alternative<std::monostate>(decoder_)
                ? "said nothing for " + toOptionText(deadline_.patience()) + " after it connected"
                : deadline_.lateText(),
            wire::Fault::silence);
    }
    return left;
}

PeerReader::Heard PeerReader::read(net::Connection::Patience patience) {
    std::array<std::byte, 1024> buffer;
    const net::Received received = connection_.receive(buffer, patience);
    Heard heard{.receipt = received.receipt, .arrived = clock_.hostNow()};
    if (received.receipt == net::Receipt::data) {
        decode(std::span{buffer}.first(received.size), received.arrived, heard);
    } else if (received.receipt == net::Receipt::timeout && isAmbiguous()) {
        finishLabTime(heard);
    }
    return heard;
}

void PeerReader::decode(std::span<const std::byte> bytes, std::optional<SystemTime> arrived,
                        Heard& heard) {
    if (std::holds_alternative<std::monostate>(decoder_)) {
        choose(protocolOf(bytes.front()));
    }
    if (auto* lab = std::get_if<wire::LabDecoder>(&decoder_)) {
        heard.labTimes = lab->feed(bytes);
        deadline_.fed(heard.labTimes.size(), lab->pending(), Steady::now());
        return;
    }
    auto& native = std::get<wire::NativeDecoder>(decoder_);
    heard.messages = native.feed(bytes);
    deadline_.fed(heard.messages.size(), native.pending(), Steady::now());
    heard.arrived = stamps_.arrival(native.fedOneFrame() ? arrived : std::nullopt, heard.arrived);
}

bool PeerReader::isAmbiguous() const {
    const auto* lab = std::get_if<wire::LabDecoder>(&decoder_);
    return lab != nullptr && lab->ambiguous();
}

/// The report arrived with its last byte, kPatience ago.
void PeerReader::finishLabTime(Heard& heard) {
    heard.labTimes = {std::get<wire::LabDecoder>(decoder_).finish()};
    heard.arrived -= wire::LabDecoder::kPatience;
    deadline_.fed(1, 0, Steady::now());
}

HostTime PeerReader::departure(HostTime sending) {
    return stamps_.departure(connection_.departed(), sending);
}

}  // namespace berkeley::node
