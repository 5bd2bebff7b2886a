#include "page/page.h"

#include <algorithm>

#include "page_words.h"
#include "time/silence.h"

namespace berkeley::page {

namespace {

/// Returns the pause since the clock's last adjustment, as its daemon knows it or as the reader
/// finds out.
PauseKind pauseSince(const Clock& clock, const Instant& instant) {
    if (clock.suspect != PauseKind::none) {
        return clock.suspect;
    }
    if (instant.suspended > clock.suspended) {
        return PauseKind::suspended;
    }
    const bool isKnown = clock.vmMarker != 0 && instant.vmMarker != 0;
    return isKnown && clock.vmMarker != instant.vmMarker ? PauseKind::stopped : PauseKind::none;
}

/// Version 2 has no pauses, group, term or steps.
ContentWords fromVersion2(const ContentWords& older) {
    ContentWords words{};
    const auto description = std::copy_n(older.begin(), 19, words.begin()) + 2;
    const auto texts = std::copy_n(older.begin() + 19, 4, description) + 3;
    std::copy_n(older.begin() + 23, 14, texts);
    return words;
}

}  // namespace

ContentWords toWords(const Content& content) {
    ContentWords words{};
    Storing store{words.data()};
    visitClock(store, content.clock);
    visitDescription(store, content.description);
    return words;
}

std::optional<Content> toContent(const ContentWords& words, std::uint64_t version) {
    if (version == 2) {
        return toContent(fromVersion2(words), kPageVersion);
    }
    if (version != kPageVersion) {
        return std::nullopt;
    }
    Content content;
    Loading load{[&](std::size_t index) { return words[index]; }};
    visitClock(load, content.clock);
    visitDescription(load, content.description);
    return content;
}

Reading evaluate(const Clock& clock, const Instant& instant) {
    Reading reading;
    if (clock.boot.isKnown() && instant.boot.isKnown() && clock.boot != instant.boot) {
        reading.reason = Reason::otherBoot;
        return reading;
    }
    const HostTime host = clock.host.at(instant.raw);
    reading.time = clock.line.groupTimeAt(host);
    reading.cycle = clock.cycle;
    if (!clock.adjusted) {
        reading.reason = Reason::neverAdjusted;
        return reading;
    }
    if (const PauseKind pause = pauseSince(clock, instant); pause != PauseKind::none) {
        reading.reason = pause == PauseKind::suspended ? Reason::suspended : Reason::stopped;
        return reading;
    }
    reading.bound = clock.line.boundAt(host);
    if (*reading.bound > clock.maxBound) {
        reading.reason = Reason::boundTooLarge;
        return reading;
    }
    reading.status = instant.raw - clock.adjustedAt > silenceAfter(clock.interval)
                         ? Status::holdover
                         : Status::synchronized;
    return reading;
}

}  // namespace berkeley::page
