#include "sim/models.h"

#include <algorithm>
#include <cmath>

namespace berkeley::sim {
namespace {

/// What an exact clock shows when a simulation begins.
constexpr HostTime kEpoch{std::chrono::hours{500'000}};

Nanoseconds rounded(double nanoseconds) { return Nanoseconds{std::llround(nanoseconds)}; }

}  // namespace

HostTime exactClock(Nanoseconds trueTime) { return kEpoch + trueTime; }

Clock::Clock(const ClockModel& model, std::uint64_t seed)
    : model_(model), random_(seed), seconds_{{0, model.frequencyPpb}} {}

const Clock::Second& Clock::secondOf(Nanoseconds trueTime) const {
    const auto index =
        static_cast<std::size_t>(std::chrono::floor<std::chrono::seconds>(trueTime).count());
    while (seconds_.size() <= index) {
        const Second& last = seconds_.back();
        seconds_.push_back({last.error + last.frequencyPpb,
                            last.frequencyPpb + model_.wanderPpb * normal_(random_)});
    }
    return seconds_[index];
}

HostTime Clock::at(Nanoseconds trueTime) const {
    const Second& second = secondOf(trueTime);
    const Nanoseconds into = trueTime - std::chrono::floor<std::chrono::seconds>(trueTime);
    const double error =
        second.error + second.frequencyPpb * std::chrono::duration<double>(into).count();
    Nanoseconds stepped{};
    for (const Step& step : steps_) {
        stepped += step.when <= trueTime ? step.by : Nanoseconds::zero();
    }
    return kEpoch + model_.offset + trueTime + rounded(error) + stepped;
}

void Clock::stepBy(Nanoseconds by, Nanoseconds when) { steps_.push_back({when, by}); }

Delay constant(Nanoseconds delay) {
    return [delay](Random&, Nanoseconds) { return delay; };
}

Delay exponential(Nanoseconds base, Nanoseconds mean) {
    return [base, mean](Random& random, Nanoseconds) {
        std::exponential_distribution<double> beyond{1 / static_cast<double>(mean.count())};
        return base + rounded(beyond(random));
    };
}

Delay normal(Nanoseconds mean, Nanoseconds sigma) {
    return [mean, sigma](Random& random, Nanoseconds) {
        std::normal_distribution<double> around{static_cast<double>(mean.count()),
                                                static_cast<double>(sigma.count())};
        return std::max<Nanoseconds>(rounded(around(random)), std::chrono::microseconds{1});
    };
}

Delay pareto(Nanoseconds base, Nanoseconds scale, double shape) {
    return [base, scale, shape](Random& random, Nanoseconds) {
        std::uniform_real_distribution<double> uniform{0, 1};
        const double beyond = std::pow(1 - uniform(random), -1 / shape) - 1;
        // A message that takes longer than this would have been given up.
        const double longest = static_cast<double>(Nanoseconds{std::chrono::seconds{10}}.count());
        return base + rounded(std::min(static_cast<double>(scale.count()) * beyond, longest));
    };
}

Delay lossy(Delay delay, double probability, Nanoseconds timeout) {
    return [delay = std::move(delay), probability, timeout](Random& random, Nanoseconds sent) {
        std::bernoulli_distribution lost{probability};
        Nanoseconds waited{};
        while (lost(random)) {
            waited = waited * 2 + timeout;
        }
        return waited + delay(random, sent + waited);
    };
}

Delay changing(Delay before, Nanoseconds when, Delay after) {
    return [before = std::move(before), when, after = std::move(after)](Random& random,
                                                                        Nanoseconds sent) {
        return sent < when ? before(random, sent) : after(random, sent);
    };
}

}  // namespace berkeley::sim
