/// Native frames from a stream that is cut anywhere.
#include <algorithm>
#include <variant>

#include "fuzz.h"
#include "wire/native.h"

namespace berkeley::fuzz {
namespace {

struct Decoded {
    std::vector<wire::Message> messages;
    bool refused = false;
    std::size_t pending = 0;
};

Decoded decodeAll(const std::vector<Bytes>& pieces) {
    Decoded decoded;
    wire::NativeDecoder decoder;
    try {
        for (const Bytes piece : pieces) {
            for (wire::Message& message : decoder.feed(piece)) {
                decoded.messages.push_back(std::move(message));
            }
        }
    } catch (const wire::WireError& error) {
        requireOneLine(error.what());
        decoded.refused = true;
    }
    decoded.pending = decoder.pending();
    return decoded;
}

void requireBelievable(const wire::Hello& hello) {
    require(!hello.name.empty() && hello.name.size() <= 40, "a name has 1 to 40 bytes");
}

void requireBelievable(const wire::Poll&) {}

void requireBelievable(const wire::Report& report) {
    require(isBelievable(report.received) && isBelievable(report.sent), "times are believable");
    require(report.received <= report.sent, "a poll is received before it is answered");
    require(isBelievable(report.sent, report.correction), "the group time is believable");
    require(report.previousSent.value_or(report.received) <= report.received,
            "an answer is sent before the next poll is received");
}

void requireBelievable(const sync::Adjustment& adjustment) {
    require(isBelievable(adjustment.reference, adjustment.correction),
            "the group time is believable");
    require(adjustment.bound >= Nanoseconds::zero() && adjustment.boundGrowthPpb >= 0,
            "a bound is not negative");
}

void requireBelievable(const wire::Welcome& welcome) {
    require(welcome.interval > Nanoseconds::zero(), "an interval is positive");
}

void requireBelievable(const wire::Redirect& redirect) {
    require(redirect.host.size() <= 48, "a host has 48 bytes at most");
    require(redirect.host.empty() == (redirect.port == 0), "a host has a port");
}

void requireBelievable(const wire::MasterAnnouncement& message) {
    require(message.announcement.from < 256, "a rank is below 256");
    require(message.announcement.wait >= Nanoseconds::zero(), "a wait is not negative");
    require(message.announcement.claim.term <= sync::kMostTerms &&
                message.announcement.claim.members <= sync::kMostMembers,
            "a claim can be");
}

void requireBelievable(const sync::Membership& membership) {
    require(membership.isKnown(), "a membership is of a group");
}

void requireBelievable(const wire::UnknownMessage& unknown) {
    require(unknown.type > 8, "a type that is known is read");
}

}  // namespace

void run(Bytes input) {
    const CutStream stream{input};
    const Decoded decoded = decodeAll(stream.pieces);
    for (std::size_t i = 0; i < decoded.messages.size(); ++i) {
        std::visit([](const auto& message) { requireBelievable(message); }, decoded.messages[i]);
        require(std::holds_alternative<wire::UnknownMessage>(decoded.messages[i]) ||
                    wire::decode(wire::encode(decoded.messages[i])) == decoded.messages[i],
                "a decoded message is the same after it has travelled again");
    }
    if (!decoded.refused) {
        require(decoded.messages.size() == stream.whole.size() / wire::kFrameSize &&
                    decoded.pending == stream.whole.size() % wire::kFrameSize,
                "no byte is lost");
    }

    const Decoded uncut = decodeAll(piecesOf(stream.whole, wire::kFrameSize));
    require(uncut.refused == decoded.refused, "the cuts do not decide what is refused");
    // Of a piece that is refused, no message comes out.
    require(
        uncut.messages.size() >= decoded.messages.size() &&
            std::equal(decoded.messages.begin(), decoded.messages.end(), uncut.messages.begin()),
        "the cuts do not decide what is understood");
}

}  // namespace berkeley::fuzz
