/// The mean, variance and probability of a normal variable that is known to lie in an interval.
///
/// Thread safety: pure functions. Source: Johnson, Kotz & Balakrishnan, "Continuous Univariate
/// Distributions" 1 (1994), section 13.10.1.
#pragma once

namespace berkeley::sync {

struct TruncatedNormal {
    double mean;
    double variance;
    double logProbability;  ///< of lying in the interval, before that was known
};

/// The normal variable has mean `mean` and deviation `sigma`, which is positive; `low` <= `high`.
TruncatedNormal truncate(double mean, double sigma, double low, double high);

}  // namespace berkeley::sync
