#include "berkeley/page/page.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

namespace berkeley {
namespace {

/// As the daemons' own log has it.
constexpr int kMissing = 6;
constexpr std::chrono::seconds kAtLeast{5};

/// Puts values into words, or takes them out, one after the other: one list of them for both.
class Storing {
  public:
    explicit Storing(std::uint64_t* words) : words_(words) {}

    void operator()(double value) { *words_++ = std::bit_cast<std::uint64_t>(value); }
    void operator()(std::uint64_t value) { *words_++ = value; }
    void operator()(bool value) { *words_++ = value ? 1 : 0; }
    void operator()(PageRole value) { *words_++ = static_cast<std::uint64_t>(value); }
    void operator()(Nanoseconds value) { *words_++ = static_cast<std::uint64_t>(value.count()); }
    template <class Timeline>
    void operator()(std::chrono::time_point<Timeline, Nanoseconds> value) {
        (*this)(value.time_since_epoch());
    }
    template <std::size_t size>
    void operator()(const std::array<char, size>& text) {
        static_assert(size % sizeof *words_ == 0);
        std::memcpy(words_, text.data(), size);
        words_ += size / sizeof *words_;
    }

  private:
    std::uint64_t* words_;
};

class Loading {
  public:
    explicit Loading(const std::uint64_t* words) : words_(words) {}

    void operator()(double& value) { value = std::bit_cast<double>(*words_++); }
    void operator()(std::uint64_t& value) { value = *words_++; }
    void operator()(bool& value) { value = *words_++ != 0; }
    void operator()(PageRole& value) { value = static_cast<PageRole>(*words_++); }
    void operator()(Nanoseconds& value) {
        value = Nanoseconds{static_cast<std::int64_t>(*words_++)};
    }
    template <class Timeline>
    void operator()(std::chrono::time_point<Timeline, Nanoseconds>& value) {
        Nanoseconds sinceEpoch{};
        (*this)(sinceEpoch);
        value = std::chrono::time_point<Timeline, Nanoseconds>{sinceEpoch};
    }
    template <std::size_t size>
    void operator()(std::array<char, size>& text) {
        std::memcpy(text.data(), words_, size);
        text.back() = '\0';
        words_ += size / sizeof *words_;
    }

  private:
    const std::uint64_t* words_;
};

template <class Visitor, class Clock>
void visitClock(Visitor& visit, Clock& clock) {
    visit(clock.adjusted);
    visit(clock.host.raw);
    visit(clock.host.host);
    visit(clock.host.driftPpb);
    visit(clock.line.anchor);
    visit(clock.line.correction);
    visit(clock.line.frequencyPpb);
    visit(clock.line.slewPpb);
    visit(clock.line.slewEnd);
    visit(clock.reference);
    visit(clock.bound);
    visit(clock.boundGrowthPpb);
    visit(clock.cycle);
    visit(clock.adjustedAt);
    visit(clock.suspended);
    visit(clock.boot.high);
    visit(clock.boot.low);
    visit(clock.interval);
    visit(clock.maxBound);
}

template <class Visitor, class Description>
void visitDescription(Visitor& visit, Description& description) {
    visit(description.role);
    visit(description.lastOffset);
    visit(description.deviation);
    visit(description.driftDeviationPpb);
    visit(description.name);
    visit(description.source);
}

}  // namespace

Nanoseconds PageClock::boundAt(HostTime time) const {
    return bound + driftOver(std::chrono::abs(time - reference), boundGrowthPpb) +
           std::chrono::abs(line.pendingAt(time));
}

ContentWords toWords(const PageContent& content) {
    ContentWords words{};
    Storing clock{words.data()};
    visitClock(clock, content.clock);
    Storing description{words.data() + kClockWords};
    visitDescription(description, content.description);
    return words;
}

PageClock toClock(const ClockWords& words) {
    PageClock clock;
    Loading load{words.data()};
    visitClock(load, clock);
    return clock;
}

PageContent toContent(const ContentWords& words) {
    PageContent content;
    Loading clock{words.data()};
    visitClock(clock, content.clock);
    Loading description{words.data() + kClockWords};
    visitDescription(description, content.description);
    return content;
}

Nanoseconds holdoverAfter(Nanoseconds interval) {
    return std::max<Nanoseconds>(kAtLeast, kMissing * interval);
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
    reading.status = instant.raw - clock.adjustedAt > holdoverAfter(clock.interval)
                         ? PageStatus::holdover
                         : PageStatus::synchronized;
    return reading;
}

}  // namespace berkeley
