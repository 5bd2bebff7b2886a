#include "host/pause_watch.h"

#include <algorithm>
#include <fstream>
#include <memory>
#include <utility>

#include "page/vm_clock.h"

namespace berkeley::host {
namespace {

using namespace std::chrono_literals;

/// Each of two readings in whole seconds may be late by nearly one second.
constexpr Nanoseconds kLeastJump = 2s;

constexpr Nanoseconds kReadTogether = 100ms;

/// Whether the RTC shows the system clock's time, as precisely as whole seconds can.
bool agree(const RtcReading& reading) {
    return std::chrono::abs(reading.rtc - reading.system.time_since_epoch()) < kLeastJump;
}

}  // namespace

PauseWatch::Sources PauseWatch::ofThisMachine() {
    const auto vmClock = std::make_shared<page::VmClock>();
    vmClock->open();
    return {page::suspension, [vmClock] { return vmClock->marker(); }};
}

PauseWatch::PauseWatch(Sources sources) : sources_(std::move(sources)) {
    goOnFrom(sources_.suspension().atMost, sources_.vmMarker());
}

void PauseWatch::goOnFrom(Nanoseconds suspended, std::uint64_t vmMarker) {
    suspended_ = suspended;
    vmMarker_ = vmMarker;
}

std::optional<Pause> PauseWatch::look() {
    std::optional<Pause> found;
    if (const std::uint64_t marker = sources_.vmMarker(); marker != 0 && marker != vmMarker_) {
        if (std::exchange(vmMarker_, marker) != 0) {
            found = Pause{PauseKind::stopped, std::nullopt};
        }
    }
    const auto [atLeast, atMost] = sources_.suspension();
    if (atLeast > suspended_) {
        found = Pause{PauseKind::suspended, atLeast - suspended_};
        suspended_ = atMost;
    }
    // An upper limit that is too high can only hide a suspension, so the lowest one is best.
    suspended_ = std::min(suspended_, atMost);
    return found;
}

// Times that were not read together, because this process had to wait in between, say nothing. The
// file is in sysfs: a sandbox without devices leaves it readable, unlike /dev/rtc0.
std::optional<RtcReading> readRtc() {
    const page::RawTime before = page::RawTimeline::now();
    std::ifstream file{"/sys/class/rtc/rtc0/since_epoch"};
    std::int64_t seconds = 0;
    if (!(file >> seconds)) {
        return std::nullopt;
    }
    const RtcReading reading{std::chrono::seconds{seconds},
                             before.time_since_epoch() + page::suspension().atLeast,
                             page::systemNow()};
    return page::RawTimeline::now() - before < kReadTogether ? std::optional{reading}
                                                             : std::nullopt;
}

std::optional<Pause> RtcWatch::look() {
    const std::optional<RtcReading> now = read_();
    if (!now) {
        return std::nullopt;  // The previous reading is compared with the next one.
    }
    const std::optional<RtcReading> before = std::exchange(last_, now);
    if (!before) {
        return std::nullopt;
    }
    const Nanoseconds jump = (now->rtc - before->rtc) - (now->awake - before->awake);
    const bool isSetFromSystem = !agree(*before) && agree(*now);
    if (jump < kLeastJump || isSetFromSystem) {
        return std::nullopt;
    }
    return Pause{PauseKind::stopped, jump};
}

}  // namespace berkeley::host
