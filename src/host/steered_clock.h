/// A daemon's group clock: the host's clock, the discipline on top of it, and the published page.
///
/// It checks whether the machine stood still, which the host's clock does not show. After a pause
/// the clock is suspect, for its readers too, until an adjustment arrives that was measured
/// afterwards. Units: std::chrono. Thread safety: apply() and lookForPause() from one thread each,
/// the rest from any.
#pragma once

#include <memory>
#include <optional>

#include "host/host_clock.h"
#include "host/pause_watch.h"
#include "host/shared_page.h"
#include "host/system_clock.h"
#include "os/mutex.h"
#include "sync/discipline.h"

namespace berkeley::host {

/// What looks for pauses.
struct PauseWatches {
    PauseWatch watch{};
    RtcWatch rtc{};
};

class SteeredClock {
  public:
    /// Publishes in `page` and steers `system` after the group clock, where these are given.
    SteeredClock(const HostClock& host, const sync::Discipline& discipline,
                 std::unique_ptr<PageWriter> page = nullptr,
                 std::unique_ptr<SystemClock> system = nullptr, PauseWatches watches = {});

    /// Continues the clock of `memory`, in which nothing is wrong (page_memory.h).
    SteeredClock(const page::Content& memory, const sync::Discipline& discipline,
                 std::unique_ptr<PageWriter> page = nullptr,
                 std::unique_ptr<SystemClock> system = nullptr, PauseWatches watches = {});

    HostTime hostNow() const { return host_.now(); }
    const page::HostLine& hostLine() const { return host_.line(); }
    sync::ClockState state() const;

    /// Returns why the clock is not believed until it is measured again.
    PauseKind suspect() const;

    /// Applies the adjustment as Discipline::apply does, at this moment, and publishes the result.
    /// The clock stays suspect unless a measurement has begun since the pause. Throws when the
    /// system clock, which is to follow, can no longer be steered.
    std::optional<sync::Change> apply(const sync::Adjustment& adjustment,
                                      const AdjustmentSource& source = {});

    /// Call before the clock is measured: checks whether the machine stood still since the last
    /// check. Costs less than a microsecond.
    void beginMeasurement();

    /// Checks more closely; once a second is often enough. Returns each pause of an adjusted clock
    /// once, whichever check found it.
    std::optional<Pause> lookForPause();

  private:
    SteeredClock(const HostClock& host, const sync::Discipline& discipline,
                 const page::Content& content, std::unique_ptr<PageWriter> page,
                 std::unique_ptr<SystemClock> system, PauseWatches watches);

    /// Both return whether there is something to publish.
    bool look() REQUIRES(lock_);
    bool doubt(const Pause& pause) REQUIRES(lock_);
    std::optional<page::Content> applied(const sync::Adjustment& adjustment,
                                         const AdjustmentSource& source,
                                         std::optional<sync::Change>& change) REQUIRES(lock_);
    void publish(const std::function<std::optional<page::Content>()>& compute);
    void publishAgain();

    const HostClock host_;
    mutable os::Mutex lock_;
    sync::Discipline discipline_ GUARDED_BY(lock_);
    page::Content content_ GUARDED_BY(lock_);  ///< as last published
    PauseWatch watch_ GUARDED_BY(lock_);
    std::optional<Pause> found_ GUARDED_BY(lock_);  ///< but not returned yet
    /// A measurement has begun since the last pause.
    bool isMeasured_ GUARDED_BY(lock_) = false;
    RtcWatch rtc_;  ///< this and rtcRead_ belong to lookForPause()
    page::RawTime rtcRead_;
    os::Mutex publishing_;  ///< taken before lock_
    const std::unique_ptr<PageWriter> page_ PT_GUARDED_BY(publishing_);
    const std::unique_ptr<SystemClock> system_;
    std::optional<SystemFollower> follower_;
};

}  // namespace berkeley::host
