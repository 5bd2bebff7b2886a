/// How far the line of a master can be from that of its group: what the master does not know of it,
/// and what the members teach it.
///
/// A master that has led all along has no such error, because the group's line is the one that it
/// keeps. A master that takes over, comes back, or whose clock has jumped continues along a line
/// that may be off. Its members hold the group's line too, each over its own clock; where they are,
/// as seen by the master, is a measurement of the error. The state of the error is offset and rate
/// with their covariance, which grows as the line gets older and is updated as in a Kalman filter
/// (Maybeck, "Stochastic Models, Estimation, and Control", volume 1, 1979, chapter 5). Units:
/// std::chrono, or in the name. Thread safety: none.
#pragma once

#include "sync/adjustment.h"

namespace berkeley::sync {

class LineError {
  public:
    /// The error of a line that is known this well.
    explicit LineError(const Deviation& known);

    /// The error of a line that is not known at all, but whose rate is known this well.
    static LineError unknown(double driftDeviationPpb);

    /// Whether nothing is known of the offset yet.
    bool isUnknown() const;

    /// Ages the line by `elapsed`, which must not be negative.
    void age(Nanoseconds elapsed);

    /// Returns how well the line is known.
    Deviation deviation() const;

    /// A measurement of the error as it was some time ago.
    struct Measured {
        Nanoseconds offset{};
        Nanoseconds sigma{};  ///< standard deviation of its noise
        Nanoseconds ago{};    ///< how old the measurement is
    };

    /// Whether the measurement is within five standard deviations of what is expected: the gate
    /// that a witness has to pass.
    bool admits(const Measured& measured) const;

    /// How far the line has to be moved.
    struct Shift {
        Nanoseconds offset{};
        double ratePpb{};
    };

    /// Learns from a measurement; returns how far the line has to be moved. Measurements of
    /// successive cycles come from the same estimates and so do not average out: the offset is
    /// never taken to be known better than by the best one.
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
