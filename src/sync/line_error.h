/// How far the line of a master can be from that of its group: what is not known of it, and what
/// its members teach it.
///
/// A master that has led all along has no such error, as the group's line is the one that it keeps.
/// One that takes over, comes back, or had its clock jump goes on along a line that may be off. Its
/// members hold the group's line too, each over its own clock; where they are, seen from here, is a
/// measurement of the error. Its state is offset and rate with their covariance, which grows as the
/// line gets older, and is updated as Kalman's filter does (Maybeck, "Stochastic Models,
/// Estimation, and Control", volume 1, 1979, chapter 5). Units: std::chrono, or in the name.
/// Thread safety: none.
#pragma once

#include <algorithm>

#include "sync/adjustment.h"
#include "sync/tuning.h"

namespace berkeley::sync {

class LineError {
  public:
    /// Of a line that is known that well.
    explicit LineError(const Deviation& known);

    /// Of a line that is not known at all. Its rate is, as well as that.
    static LineError unknown(double driftDeviationPpb);

    /// Whether nothing is known of the offset yet.
    bool isUnknown() const;

    /// The line is older by `elapsed`, which is not negative.
    void age(Nanoseconds elapsed);

    /// How well the line is known.
    Deviation deviation() const;

    /// Of the error as it was some time ago.
    struct Measured {
        Nanoseconds offset{};
        Nanoseconds sigma{};  ///< standard deviation of its noise
        Nanoseconds ago{};    ///< how old it is
    };

    /// Whether it is within five standard deviations of what is expected: the gate through which a
    /// witness has to come.
    bool admits(const Measured& measured) const;

    /// By how much the line has to be moved.
    struct Shift {
        Nanoseconds offset{};
        double ratePpb{};
    };

    /// What follows from a measurement. Measurements of one cycle after the other come from the
    /// same estimates, and so do not average out: the offset is never taken to be known better than
    /// by the best one.
    Shift learn(const Measured& measured);

  private:
    LineError(double offset, double rate);
    double expectedVariance(const Measured& measured) const;

    // In ns and ns/s, squared.
    double offsetVariance_;
    double rateVariance_;
    double covariance_ = 0;
};

}  // namespace berkeley::sync
