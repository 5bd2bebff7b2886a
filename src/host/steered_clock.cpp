#include "berkeley/host/steered_clock.h"

namespace berkeley {

SteeredClock::SteeredClock(const HostClock& host, const Discipline& discipline,
                           std::unique_ptr<PageWriter> page, std::unique_ptr<SystemClock> system)
    : host_(host), discipline_(discipline), page_(std::move(page)), system_(std::move(system)) {
    if (system_) {
        follower_.emplace(*system_);
    }
    if (page_) {
        page_->publish(
            [&] { return contentOf(host_.line(), discipline_.state(), RawTimeline::now()); });
    }
}

ClockState SteeredClock::state() const {
    const std::lock_guard guard{lock_};
    return discipline_.state();
}

std::optional<Change> SteeredClock::apply(const Adjustment& adjustment,
                                          const AdjustmentSource& source) {
    std::optional<Change> result;
    const auto change = [&]() -> std::optional<PageContent> {
        const std::lock_guard guard{lock_};
        const RawTime now = RawTimeline::now();
        result = discipline_.apply(host_.line().at(now), adjustment);
        return result ? std::optional{contentOf(host_.line(), discipline_.state(), now, *result,
                                                source)}
                      : std::nullopt;
    };
    if (page_) {
        page_->publish(change);
    } else {
        change();
    }
    if (follower_ && result) {
        follower_->follow(host_, state());
    }
    return result;
}

}  // namespace berkeley
