#include "host/stamp_converter.h"

#include <algorithm>

namespace berkeley::host {
namespace {

constexpr double kSteeringLimitPpb = 1'000'000;
constexpr std::chrono::seconds kOldest{1};
/// Each reading truncates to whole nanoseconds; a comparison takes two readings of each clock.
constexpr Nanoseconds kResolution{2};
constexpr int kLooks = 3;

ClockLook look() {
    const page::RawTime before = page::RawTimeline::now();
    const SystemTime system = page::systemNow();
    return {before, system, page::RawTimeline::now()};
}

Nanoseconds widthOf(const ClockLook& look) { return look.after - look.before; }

bool ranEvenly(const ClockLook& earlier, const ClockLook& now) {
    const Nanoseconds raw = now.before - earlier.before;
    const Nanoseconds system = now.system - earlier.system;
    return std::chrono::abs(system - raw) <=
           widthOf(earlier) + widthOf(now) + kResolution + driftOver(raw, kSteeringLimitPpb);
}

}  // namespace

ClockLook ClockLook::now() {
    ClockLook closest = look();
    for (int i = 1; i < kLooks; ++i) {
        if (const ClockLook next = look(); widthOf(next) <= widthOf(closest)) {
            closest = next;
        }
    }
    return closest;
}

std::optional<RawSpan> rawSpanOf(SystemTime stamp, const ClockLook& earlier, const ClockLook& now) {
    const Nanoseconds age = now.system - stamp;
    if (age < Nanoseconds::zero() || age > kOldest || !ranEvenly(earlier, now)) {
        return std::nullopt;
    }
    const Nanoseconds error = driftOver(age, kSteeringLimitPpb) + kResolution;
    return RawSpan{now.before - age - error, now.after - age + error};
}

std::optional<RawSpan> StampConverter::spanOf(std::optional<SystemTime> stamp) {
    if (!stamp) {
        return std::nullopt;
    }
    const ClockLook now = ClockLook::now();
    const std::optional<RawSpan> span = rawSpanOf(*stamp, last_, now);
    last_ = now;
    return span;
}

HostTime StampConverter::arrival(std::optional<SystemTime> stamp, HostTime read) {
    const std::optional<RawSpan> span = spanOf(stamp);
    return span ? std::min(read, host_.at(span->latest)) : read;
}

HostTime StampConverter::departure(std::optional<SystemTime> stamp, HostTime sending) {
    const std::optional<RawSpan> span = spanOf(stamp);
    return span ? std::max(sending, host_.at(span->earliest)) : sending;
}

}  // namespace berkeley::host
