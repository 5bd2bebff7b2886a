#include "host/page_memory.h"

#include <cstdint>

#include "time/units.h"

namespace berkeley::host {
namespace {

/// Short enough that six intervals can be added to a time.
constexpr Nanoseconds kLongestInterval = kTimeLimit / 8;

bool isSpan(Nanoseconds span) { return span >= Nanoseconds::zero() && span < kTimeLimit; }

bool hasBelievableTimes(const page::Clock& clock, page::RawTime now) {
    if (!isBelievable(clock.host.host)) {
        return false;
    }
    const HostTime host = clock.host.at(now);
    return isBelievable(host) && isBelievable(clock.line.anchor) && clock.line.anchor <= host &&
           isBelievable(clock.line.reference) && clock.line.slewEnd >= clock.line.anchor &&
           isBelievable(clock.line.anchor, clock.line.correction) &&
           isBelievable(host, clock.line.at(host));
}

}  // namespace

std::string differenceIn(const page::Content& content, double simulatedDriftPpb) {
    // The raw clock has restarted since then, or may have.
    if (const page::BootId boot = page::bootId(); !boot.isKnown() || content.clock.boot != boot) {
        return "it was written before this machine was started again";
    }
    if (content.clock.host.driftPpb != simulatedDriftPpb) {
        return "it belongs to a different clock, with a drift of " +
               toDriftText(content.clock.host.driftPpb);
    }
    return "";
}

std::string problemIn(const page::Content& content, page::RawTime now) {
    const page::Clock& clock = content.clock;
    const page::Description& description = content.description;
    if (clock.host.raw < page::RawTime{} || clock.host.raw > now ||
        clock.adjustedAt < page::RawTime{} || clock.adjustedAt > now) {
        return "the raw clock was never there";
    }
    if (!isBelievableRate(clock.line.frequencyPpb) || !isBelievableRate(clock.line.slewPpb) ||
        !isBelievableRate(clock.host.driftPpb)) {
        return "a frequency in it exceeds 10 %";
    }
    if (!hasBelievableTimes(clock, now)) {
        return "it leads outside 1970 to 2116";
    }
    if (!isSpan(clock.line.bound) || clock.line.boundGrowthPpb < 0 ||
        !isBelievableRate(clock.line.boundGrowthPpb)) {
        return "its bound is not believable";
    }
    if (!isSpan(description.deviation) || description.driftDeviationPpb < 0 ||
        !isBelievableRate(description.driftDeviationPpb)) {
        return "its deviation is not believable";
    }
    if (clock.interval <= Nanoseconds::zero() || clock.interval > kLongestInterval ||
        !isSpan(clock.suspended) || clock.cycle > UINT32_MAX || description.term > UINT32_MAX ||
        description.steps > UINT32_MAX || clock.suspect > PauseKind::stopped) {
        return "a figure in it is not believable";
    }
    return "";
}

sync::ClockState stateOf(const page::Content& content) {
    return {.line = content.clock.line,
            .synchronized = content.clock.adjusted,
            .cycle = static_cast<std::uint32_t>(content.clock.cycle),
            .deviation = {content.description.deviation, content.description.driftDeviationPpb},
            .membership = {content.description.group,
                           static_cast<std::uint32_t>(content.description.term)},
            .steps = static_cast<std::uint32_t>(content.description.steps),
            .suspect = content.clock.suspect != PauseKind::none};
}

}  // namespace berkeley::host
