/// The constants that were chosen: each with its unit, why it has about this value, and its source.
///
/// Not here is what cannot be chosen (factors of a distribution, limits of a double, what the wire
/// carries), nor what is an option. Where no source is named, none but the reason given led to the
/// value. tests/mutants/list bends these constants, and a test fails, or it says why none can;
/// scripts/seeds and scripts/bench show what a different value costs.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "time/timeline.h"

namespace berkeley::sync {

// --- one burst (burst.cpp), in polls ---

/// With a clock whose drift is not known.
inline constexpr double kPollsOfNewClock = 16;
/// The first exchange warms the path, the last one is not completed; two are exact.
inline constexpr double kFewestPolls = 4;
inline constexpr double kMostPolls = 8;
/// Of n exchanges the best one is delayed by the usual jitter over n: this, in nanoseconds, is as
/// good as the timestamps are.
inline constexpr double kGoodEnoughNs = 50;
/// What one master does in a second with a fraction of a core.
inline constexpr double kExchangesPerSecond = 10'000;
/// A lab slave is not polled: it reports by itself every 5 s, whatever the master's interval. This
/// is three of its intervals.
inline constexpr std::chrono::seconds kLabFresh{15};

// --- what is certain of an offset (certain_offset.cpp) ---

/// How far a rate can wander while the landmarks last, and how far back they go. Quartz changes by
/// less than this with a degree of temperature.
inline constexpr double kWanderMarginPpb = 1'000;
inline constexpr std::chrono::minutes kLandmarkReach{5};
inline constexpr std::size_t kLandmarks = 16;
/// Landmarks have at least this distance, so that they do not all lie in one burst.
inline constexpr std::chrono::milliseconds kLandmarkDistance{50};

// --- what a path does to messages (jitter.cpp) ---

/// How many observations the means remember.
inline constexpr double kJitterMemory = 2'000;
/// A route that got a little longer is noticed after two windows of this many round trips.
inline constexpr double kShortestWindow = 32'768;
/// A deviation counts at most this many times the usual one, so that a single one cannot spoil a
/// mean.
inline constexpr double kClip = 5;
/// A round trip this many times the usual excess above the shortest says nothing.
inline constexpr double kStrange = 20;
/// This many of them in a row are a new route.
inline constexpr int kStrangeOfNewRoute = 16;
/// So are this many in a row that are this many times the usual excess above the shortest: of every
/// thousand with exponential jitter three are.
inline constexpr double kFar = 4;
inline constexpr int kFarOfNewRoute = 48;

// --- the bank of filters (estimator.cpp, offset_filter.cpp) ---

/// The hypotheses: from a clock that holds its rate for days to one in the sun, in ppb after a
/// second.
inline constexpr double kWandersPpb[] = {0.01, 0.1, 1, 10, 100};
/// Hypotheses that predicted this much worse than the best, in logarithms of a probability, have no
/// say: their weight would be exp(-12).
inline constexpr double kLikelihoodRange = 12;
/// How much of the score is left after one more observation: it remembers some hundreds.
inline constexpr double kScoreKept = 0.998;
/// No single observation says more against a hypothesis than this, in the same logarithms.
inline constexpr double kWorstSurprise = -50;
/// How far the rates of two clocks usually lie apart, whatever the limit is: a standard deviation.
/// The quartz of computers is good to 100 ppm.
inline constexpr double kUsualDriftPpb = 100'000;
/// How well the drift is known after the clock was set, as a standard deviation: less than before,
/// in case it is another one.
inline constexpr double kDriftAfterStepPpb = 300;
/// A drift this many standard deviations outside of what is certain is not the clock's.
inline constexpr double kRuledOut = 5;

// --- the average (average.cpp) ---

/// The cutoff of the modified z-score that Iglewicz and Hoaglin recommend ("How to Detect and
/// Handle Outliers", 1993).
inline constexpr double kZScoreCutoff = 3.5;

// --- what is not known of a line (line_error.cpp, group.cpp, group_line.cpp) ---

/// How much a rate wanders in a second: quartz does by that or less.
inline constexpr double kLineWanderPpb = 1;
/// What is farther off than so many standard deviations is no accident: once in two million.
inline constexpr int kGate = 5;
/// Beyond what is known of its rate, how fast a clock that is left alone gets worse, as rates
/// wander.
inline constexpr double kAloneWanderPpb = 10;
/// How well the rate is known after the master's clock has jumped, from an earlier run, or without
/// any memory: standard deviations, the first and the last as of a slave's drift.
inline constexpr double kRateAfterJumpPpb = 300;
inline constexpr double kRememberedRatePpb = 2'000;
inline constexpr double kUnknownRatePpb = 100'000;
/// A correction is not replaced by one that is hardly better: both have their errors.
inline constexpr int kClearlyBetter = 2;
/// A witness with a standard deviation so many times the usual one says nothing.
inline constexpr int kMuchLessSure = 10;
/// The largest standard deviation, half a year: what is known worse than that is not known at all.
/// So neither a multiple of one, by the factors above, nor the sum of two such multiples overflows.
inline constexpr Nanoseconds kLargestSigma = kTimeLimit / 256;
static_assert(kLargestSigma <= kTimeLimit / (4 * std::max(kGate, kMuchLessSure)));

// --- who is waited for (group.cpp) ---

/// New ones are waited for this many times.
inline constexpr int kMostWaits = 12;
/// Names are remembered while it matters who is new, and no more than these.
inline constexpr std::size_t kMostArrivals = 10'000;

// --- how the line moves (group_line.cpp, group_rate.cpp) ---

/// No faster than this do the averages of a founded group move its line. What members' rates and
/// the deviations of the estimates allow is less; a clock that is always a little ahead, within
/// what can be measured, moves the group by no more.
inline constexpr double kMostMotionPpb = 200;
/// A clock that is not told how a line was moved has this much in reserve: its bound grows by
/// 1 ppm for how rates wander (kWanderMarginPpb), of which quartz needs a hundredth.
inline constexpr double kReservePpb = 500;
/// The time over which the drag of a line is averaged.
inline constexpr std::chrono::seconds kDragTime{60};
/// A group is founded when most drifts have been known for this long.
inline constexpr std::chrono::seconds kFounding{30};
/// How fast the rate goes to the mean, in ppb a second: a slave may be away for a day before that
/// adds up to what its bound allows for.
inline constexpr double kReturnPpb = 0.02;
/// A rate that is farther from the mean is no timescale's, but was learnt from liars or by mistake.
inline constexpr double kFarthestFromMeanPpb = 100'000;

// --- the discipline (discipline.cpp) ---

/// A clock is not set so near to the end of what is believable that it would soon be beyond it.
inline constexpr std::chrono::years kHorizon{1};

}  // namespace berkeley::sync
