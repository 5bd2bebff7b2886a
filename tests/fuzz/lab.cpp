/// The lab's text from a stream that is cut anywhere, in a zone with and one without summer time.
#include <algorithm>

#include "fuzz.h"
#include "wire/lab.h"
#include "wire/messages.h"

namespace berkeley::fuzz {
namespace {

struct Decoded {
    std::vector<HostTime> times;
    bool refused = false;
};

Decoded decodeAll(const std::vector<Bytes>& pieces, const date::time_zone& zone) {
    Decoded decoded;
    wire::LabDecoder decoder{zone};
    try {
        for (const Bytes piece : pieces) {
            std::ranges::copy(decoder.feed(piece), std::back_inserter(decoded.times));
        }
        if (decoder.ambiguous()) {
            decoded.times.push_back(decoder.finish());
        }
    } catch (const wire::WireError& error) {
        requireOneLine(error.what());
        decoded.refused = true;
    }
    return decoded;
}

void check(const CutStream& stream, const date::time_zone& zone) {
    const Decoded decoded = decodeAll(stream.pieces, zone);
    for (const HostTime time : decoded.times) {
        require(isBelievable(time), "times are believable");
        const std::string text = wire::toLabText(time.time_since_epoch(), zone);
        const HostTime again = wire::fromLabText(text, zone);
        require(wire::toLabText(again.time_since_epoch(), zone) == text,
                "a time that was written is read as the same local time");
        // Of the two that a local time may be, the first is meant.
        require(again <= time, "a local time that happens twice is the first of both");
    }
    const Decoded uncut = decodeAll(piecesOf(stream.whole, 1), zone);
    require(uncut.refused == decoded.refused, "the cuts do not decide what is refused");
    // Of a piece that is refused, no time comes out.
    require(uncut.times.size() >= decoded.times.size() &&
                std::equal(decoded.times.begin(), decoded.times.end(), uncut.times.begin()),
            "the cuts do not decide what is understood");
}

}  // namespace

void run(Bytes input) {
    static const date::time_zone& utc = *date::locate_zone("Etc/UTC");
    static const date::time_zone& berlin = *date::locate_zone("Europe/Berlin");
    const CutStream stream{input};
    check(stream, utc);
    check(stream, berlin);
}

}  // namespace berkeley::fuzz
