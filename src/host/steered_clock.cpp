#include "host/steered_clock.h"

#include <utility>

#include "host/page_memory.h"

namespace berkeley::host {
namespace {

using namespace std::chrono_literals;

constexpr Nanoseconds kReadRtcEvery = 3s;

sync::Discipline resumed(sync::Discipline discipline, const sync::ClockState& state) {
    discipline.resume(state);
    return discipline;
}

/// Records what was known of pauses when the clock was adjusted.
void notePauses(page::Clock& clock, const PauseWatch& watch) {
    clock.suspended = watch.suspended();
    clock.vmMarker = watch.vmMarker();
}

}  // namespace

SteeredClock::SteeredClock(const HostClock& host, const sync::Discipline& discipline,
                           const page::Content& content, std::unique_ptr<PageWriter> page,
                           std::unique_ptr<SystemClock> system, PauseWatches watches)
    : host_(host),
      discipline_(discipline),
      content_(content),
      watch_(std::move(watches.watch)),
      rtc_(std::move(watches.rtc)),
      page_(std::move(page)),
      system_(std::move(system)) {
    if (system_) {
        follower_.emplace(*system_);
    }
}

SteeredClock::SteeredClock(const HostClock& host, const sync::Discipline& discipline,
                           std::unique_ptr<PageWriter> page, std::unique_ptr<SystemClock> system,
                           PauseWatches watches)
    : SteeredClock(host, discipline,
                   contentOf(host.line(), discipline.state(), page::RawTimeline::now()),
                   std::move(page), std::move(system), std::move(watches)) {
    notePauses(content_.clock, watch_);
    publishAgain();
}

SteeredClock::SteeredClock(const page::Content& memory, const sync::Discipline& discipline,
                           std::unique_ptr<PageWriter> page, std::unique_ptr<SystemClock> system,
                           PauseWatches watches)
    : SteeredClock(HostClock{memory.clock.host}, resumed(discipline, stateOf(memory)), memory,
                   std::move(page), std::move(system), std::move(watches)) {
    const std::uint64_t marker = memory.clock.vmMarker;
    watch_.goOnFrom(memory.clock.suspended, marker != 0 ? marker : watch_.vmMarker());
    look();
    publishAgain();
}

sync::ClockState SteeredClock::state() const {
    const os::MutexLock guard{lock_};
    return discipline_.state();
}

PauseKind SteeredClock::suspect() const {
    const os::MutexLock guard{lock_};
    return content_.clock.suspect;
}

std::optional<sync::Change> SteeredClock::apply(const sync::Adjustment& adjustment,
                                                const AdjustmentSource& source) {
    std::optional<sync::Change> change;
    publish([&] {
        const os::MutexLock guard{lock_};
        return applied(adjustment, source, change);
    });
    if (follower_ && change) {
        follower_->follow(host_, state());
    }
    return change;
}

/// An adjustment may have been measured before the pause after which it arrives.
std::optional<page::Content> SteeredClock::applied(const sync::Adjustment& adjustment,
                                                   const AdjustmentSource& source,
                                                   std::optional<sync::Change>& change) {
    const bool isPaused = look();
    const page::RawTime now = page::RawTimeline::now();
    change = discipline_.apply(host_.line().at(now), adjustment);
    if (!change) {
        return isPaused ? std::optional{content_} : std::nullopt;
    }
    const PauseKind suspect = isMeasured_ ? PauseKind::none : content_.clock.suspect;
    content_ = contentOf(host_.line(), discipline_.state(), now, *change, source);
    notePauses(content_.clock, watch_);
    if (suspect != PauseKind::none) {
        discipline_.doubt();
        content_.clock.suspect = suspect;
    }
    return content_;
}

void SteeredClock::beginMeasurement() {
    bool isPaused = false;
    {
        const os::MutexLock guard{lock_};
        isPaused = look();
        isMeasured_ = true;
    }
    if (isPaused) {
        publishAgain();
    }
}

std::optional<Pause> SteeredClock::lookForPause() {
    bool isPaused = false;
    std::optional<Pause> found;
    {
        const os::MutexLock guard{lock_};
        isPaused = look();
        found = std::exchange(found_, std::nullopt);
    }
    // The RTC is slow, so it is read without the lock. If the host has reported a stop already, the
    // RTC shows the same pause.
    const page::RawTime now = page::RawTimeline::now();
    const bool isStopped = found && found->kind == PauseKind::stopped;
    if (isStopped || now - rtcRead_ >= kReadRtcEvery) {
        rtcRead_ = now;
        if (const std::optional<Pause> stop = rtc_.look(); stop && isStopped) {
            found = stop;
        } else if (stop && !found) {
            const os::MutexLock guard{lock_};
            isPaused = doubt(*stop) || isPaused;
            found = std::exchange(found_, std::nullopt);
        }
    }
    if (isPaused) {
        publishAgain();
    }
    return found;
}

bool SteeredClock::look() {
    const std::optional<Pause> pause = watch_.look();
    return pause && doubt(*pause);
}

/// Ignores the pause of a clock that was never adjusted: it is not believed anyway.
bool SteeredClock::doubt(const Pause& pause) {
    if (!discipline_.state().synchronized) {
        return false;
    }
    discipline_.doubt();
    content_.clock.suspect = pause.kind;
    found_ = pause;
    isMeasured_ = false;
    return true;
}

void SteeredClock::publish(const std::function<std::optional<page::Content>()>& compute) {
    const os::MutexLock guard{publishing_};
    if (page_) {
        page_->publish(compute);
    } else {
        compute();
    }
}

void SteeredClock::publishAgain() {
    publish([&]() -> std::optional<page::Content> {
        const os::MutexLock guard{lock_};
        return content_;
    });
}

}  // namespace berkeley::host
