#include "berkeley/host/steered_clock.h"

namespace berkeley {

SteeredClock::SteeredClock(const HostClock& host, double maxSlewPpb, const std::string& path,
                           std::unique_ptr<SystemClock> system)
    : host_(host), discipline_(maxSlewPpb), system_(std::move(system)) {
    if (!path.empty()) {
        page_.emplace(path);
    }
    if (system_) {
        follower_.emplace(*system_);
    }
    update([](HostTime) {});
}

ClockState SteeredClock::state() const {
    const std::lock_guard guard{lock_};
    return discipline_.state();
}

std::optional<Change> SteeredClock::apply(const Adjustment& adjustment) {
    std::optional<Change> result;
    update([&](HostTime now) { result = discipline_.apply(now, adjustment); });
    if (follower_ && result) {
        follower_->follow(host_, state());
    }
    return result;
}

void SteeredClock::update(const std::function<void(HostTime)>& change) {
    const auto compute = [&]() -> PageContent {
        const std::lock_guard guard{lock_};
        change(host_.now());
        return {host_.line(), discipline_.state()};
    };
    if (page_) {
        page_->publish(compute);
    } else {
        compute();
    }
}

}  // namespace berkeley
