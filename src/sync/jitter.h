/// What the path between master and slave does to messages: the shortest delay, and how far and in
/// which way delays exceed it.
///
/// Units: nanoseconds as double. Thread safety: none.
#pragma once

namespace berkeley::sync {

/// One exchange: the offset is at most `high` and at least `low`; `high - low` is the round trip.
struct Observation {
    double low;
    double high;
};

class Jitter {
  public:
    explicit Jitter(double roundTrip) { restart(roundTrip); }

    /// Takes note of a round trip before the observation is used. Returns false for one that says
    /// nothing: it was retransmitted, or queued for many times the usual delay.
    bool admit(double roundTrip);

    /// Learns from an observation, once the offset is known better.
    void learn(const Observation& observation, double offset);

    /// Half of the shortest round trip: as far as can be known, the shortest delay each way.
    double base() const { return base_; }
    /// How uncertain `base` is.
    double baseSigma() const { return baseSigma_; }
    /// Mean delay beyond `base` of polls and of reports.
    double pollExcess() const { return pollExcess_; }
    double reportExcess() const { return reportExcess_; }
    /// Variance of the middle of an observation around the offset.
    double middleVariance() const { return middleVariance_; }
    double roundTripMean() const { return roundTripMean_; }
    double roundTripVariance() const { return roundTripVariance_; }

  private:
    void restart(double roundTrip);
    void noteShortest(double roundTrip);

    double count_ = 0;  ///< observations that were learned from, up to a limit
    double pollExcess_ = 0;
    double reportExcess_ = 0;
    double middleVariance_ = 0;
    double roundTripMean_ = 0;
    double roundTripVariance_ = 0;

    double base_ = 0;
    double baseSigma_ = 0;
    double shortest_ = 0;          ///< shortest round trip of this window and the previous one
    double shortestOfWindow_ = 0;  ///< of this window
    double seen_ = 0;              ///< round trips of both windows
    double seenInWindow_ = 0;
    int strangeInARow_ = 0;
    int farInARow_ = 0;
};

}  // namespace berkeley::sync
