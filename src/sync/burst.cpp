#include "sync/burst.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include "sync/tuning.h"

namespace berkeley::sync {
int burstLength(const std::optional<Estimate>& estimate, std::size_t slaves, Nanoseconds interval) {
    assert(interval > Nanoseconds::zero());
    const double seconds = toSeconds(interval);
    const double affordable =
        kExchangesPerSecond * seconds / static_cast<double>(std::max<std::size_t>(slaves, 1));
    double wanted = kPollsOfNewClock;
    if (estimate && estimate->driftKnown()) {
        const double jitter = static_cast<double>(estimate->jitter.count());
        wanted = std::clamp(kFewestPolls + jitter / kGoodEnoughNs, kFewestPolls, kMostPolls);
    }
    return static_cast<int>(std::max(1.0, std::floor(std::min(wanted, affordable))));
}

void Burst::begin(int polls) {
    assert(polls > 0 && !outstanding_);
    left_ = polls;
    first_ = true;
}

std::uint32_t Burst::send(HostTime t1) {
    assert(left_ > 0 && !outstanding_);
    --left_;
    outstanding_ = true;
    t1_ = t1;
    return ++sequence_;
}

std::optional<Burst::Answer> Burst::take(std::uint32_t sequence) {
    if (!outstanding_ || sequence != sequence_) {
        return std::nullopt;
    }
    outstanding_ = false;
    return Answer{.t1 = t1_, .first = std::exchange(first_, false), .last = left_ == 0};
}

Completion::Counted Completion::add(const Burst::Answer& answer, const Measurement& latest,
                                    std::optional<HostTime> previousSent) {
    Counted counted{.completed = std::exchange(open_, std::nullopt), .first = {}};
    if (counted.completed) {
        HostTime& t3 = counted.completed->exchange.t3;
        t3 = std::max(t3, previousSent.value_or(t3));
    }
    if (answer.first) {
        counted.first = latest;
    } else if (!answer.last) {
        open_ = latest;
    }
    return counted;
}

}  // namespace berkeley::sync
