#include "berkeley/page/page.h"

#include "berkeley/time/silence.h"
#include "page_words.h"

namespace berkeley {

Nanoseconds PageClock::boundAt(HostTime time) const {
    return bound + driftOver(std::chrono::abs(time - reference), boundGrowthPpb) +
           std::chrono::abs(line.pendingAt(time));
}

ContentWords toWords(const PageContent& content) {
    ContentWords words{};
    Storing store{words.data()};
    visitClock(store, content.clock);
    visitDescription(store, content.description);
    return words;
}

PageReading evaluate(const PageClock& clock, const PageInstant& instant) {
    PageReading reading;
    if (clock.boot.isKnown() && instant.boot.isKnown() && clock.boot != instant.boot) {
        reading.reason = PageReason::otherBoot;
        return reading;
    }
    const HostTime host = clock.host.at(instant.raw);
    reading.time = clock.line.groupTimeAt(host);
    reading.cycle = clock.cycle;
    if (!clock.adjusted) {
        reading.reason = PageReason::neverAdjusted;
        return reading;
    }
    if (instant.suspended > clock.suspended) {
        reading.reason = PageReason::suspended;
        return reading;
    }
    reading.bound = clock.boundAt(host);
    if (*reading.bound > clock.maxBound) {
        reading.reason = PageReason::boundTooLarge;
        return reading;
    }
    reading.status = instant.raw - clock.adjustedAt > silenceAfter(clock.interval)
                         ? PageStatus::holdover
                         : PageStatus::synchronized;
    return reading;
}

}  // namespace berkeley
