/// What the simulator is made of: clocks that are wrong and networks that delay, in true time.
///
/// True time is a duration since the simulation began. Units: std::chrono, or in the name.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <vector>

#include "time/timeline.h"

namespace berkeley::sim {

using Random = std::mt19937_64;
/// How long a message takes that is sent at that true time.
using Delay = std::function<Nanoseconds(Random&, Nanoseconds sent)>;

/// What an exact clock shows.
HostTime exactClock(Nanoseconds trueTime);

/// The unsteered clock of a simulated host: it runs at 1 + f, where f changes at every whole true
/// second by a normal step.
struct ClockModel {
    Nanoseconds offset{};  ///< at the beginning
    double frequencyPpb{};
    double wanderPpb{};  ///< standard deviation of the step of f
};

class Clock {
  public:
    Clock(const ClockModel& model, std::uint64_t seed);

    HostTime at(Nanoseconds trueTime) const;

    /// From `when` on the clock shows `by` more than it would.
    void stepBy(Nanoseconds by, Nanoseconds when);

  private:
    struct Second {
        double error;         ///< ns at its beginning
        double frequencyPpb;  ///< during it
    };
    struct Step {
        Nanoseconds when;
        Nanoseconds by;
    };

    const Second& secondOf(Nanoseconds trueTime) const;

    ClockModel model_;
    mutable Random random_;
    mutable std::normal_distribution<double> normal_;
    mutable std::vector<Second> seconds_;  ///< as many as were asked for
    std::vector<Step> steps_;
};

Delay constant(Nanoseconds delay);
/// `base` + exponential with mean `mean`.
Delay exponential(Nanoseconds base, Nanoseconds mean);
/// Normal, but never less than a microsecond.
Delay normal(Nanoseconds mean, Nanoseconds sigma);
/// `base` + Pareto of the second kind with that scale; a shape of 2 or less has no variance.
Delay pareto(Nanoseconds base, Nanoseconds scale, double shape);
/// With this probability the message is lost, and TCP sends it again after `timeout`.
Delay lossy(Delay delay, double probability, Nanoseconds timeout = std::chrono::milliseconds{200});

/// Another route from `when` on.
Delay changing(Delay before, Nanoseconds when, Delay after);

struct Path {
    Delay poll = constant(std::chrono::microseconds{50});    ///< master to slave
    Delay report = constant(std::chrono::microseconds{50});  ///< slave to master
};

}  // namespace berkeley::sim
