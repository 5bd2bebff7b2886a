/// The constants that were chosen: each with its unit, the reason for its value, and its source.
///
/// What cannot be chosen (factors of a distribution, limits of a double, what the wire carries) is
/// not here, nor are options. Where no source is named, only the given reason led to the value.
/// tests/mutants/list bends these constants: a test then fails, or the list says why none can.
/// scripts/seeds and scripts/bench show what a different value costs.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

#include "time/timeline.h"

namespace berkeley::sync {

// --- one burst (burst.cpp), in polls ---

/// For a clock whose drift is not known.
inline constexpr double kPollsOfNewClock = 16;
/// The first exchange warms the path and the last one is not completed, so two are exact.
inline constexpr double kFewestPolls = 4;
inline constexpr double kMostPolls = 8;
/// The best of n exchanges is delayed by the usual jitter divided by n. A delay of this many
/// nanoseconds is as good as the timestamps are.
inline constexpr double kGoodEnoughNs = 50;
/// What one master can do in a second with a fraction of a core.
inline constexpr double kExchangesPerSecond = 10'000;
/// A lab slave is not polled: it reports by itself every 5 s, whatever the master's interval is.
/// This is three of its intervals.
inline constexpr std::chrono::seconds kLabFresh{15};

// --- what is certain of an offset (certain_offset.cpp) ---

/// How far a rate can wander while the landmarks last, and how far back they reach. Quartz changes
/// by less than this per degree of temperature.
inline constexpr double kWanderMarginPpb = 1'000;
inline constexpr std::chrono::minutes kLandmarkReach{5};
inline constexpr std::size_t kLandmarks = 16;
/// Landmarks are at least this far apart, so that they do not all lie in one burst.
inline constexpr std::chrono::milliseconds kLandmarkDistance{50};

// --- what a path does to messages (jitter.cpp) ---

/// How many observations the means remember.
inline constexpr double kJitterMemory = 2'000;
/// A route that has become a little longer is noticed after two windows of this many round trips.
inline constexpr double kShortestWindow = 32'768;
/// A deviation counts for at most this many times the usual one, so that a single one cannot spoil
/// a mean.
inline constexpr double kClip = 5;
/// A round trip that exceeds the shortest by this many times the usual excess says nothing.
inline constexpr double kStrange = 20;
/// This many of them in a row mean a new route.
inline constexpr int kStrangeOfNewRoute = 16;
/// So do this many in a row that exceed the shortest by this many times the usual excess. With
/// exponential jitter, three in a thousand do.
inline constexpr double kFar = 4;
inline constexpr int kFarOfNewRoute = 48;

// --- the bank of filters (estimator.cpp, offset_filter.cpp) ---

/// The hypotheses: from a clock that holds its rate for days to one in the sun, in ppb after a
/// second.
inline constexpr double kWandersPpb[] = {0.01, 0.1, 1, 10, 100};
/// Hypotheses that predicted this much worse than the best, in logarithms of a probability, have no
/// say: their weight would be exp(-12).
inline constexpr double kLikelihoodRange = 12;
/// How much of the score is left after one more observation: it remembers some hundreds of them.
inline constexpr double kScoreKept = 0.998;
/// No single observation says more against a hypothesis than this, in the same logarithms.
inline constexpr double kWorstSurprise = -50;
/// How far apart the rates of two clocks usually are, whatever the limit is, as a standard
/// deviation. Computer quartz is good to 100 ppm.
inline constexpr double kUsualDriftPpb = 100'000;
/// How well the drift is known after the clock was set, as a standard deviation: less well than
/// before, in case it has changed.
inline constexpr double kDriftAfterStepPpb = 300;
/// A drift that is this many standard deviations outside the certain limits is not the clock's.
inline constexpr double kRuledOut = 5;

// --- the average (average.cpp) ---

/// The cutoff of the modified z-score that Iglewicz and Hoaglin recommend ("How to Detect and
/// Handle Outliers", 1993).
inline constexpr double kZScoreCutoff = 3.5;

// --- what is not known of a line (line_error.cpp, group.cpp, group_line.cpp) ---

/// How much a rate wanders in a second; quartz wanders by this or less.
inline constexpr double kLineWanderPpb = 1;
/// A deviation of more than this many standard deviations is no accident: by chance it happens once
/// in two million times.
inline constexpr int kGate = 5;
/// How fast a clock that is left alone gets worse because rates wander, on top of the deviation of
/// its rate.
inline constexpr double kAloneWanderPpb = 10;
/// How well the rate is known after the master's clock has jumped, from an earlier run, or without
/// any memory, as standard deviations. The first and the last are those of a slave's drift.
inline constexpr double kRateAfterJumpPpb = 300;
inline constexpr double kRememberedRatePpb = 2'000;
inline constexpr double kUnknownRatePpb = 100'000;
/// A correction is not replaced by one that is hardly better, because both have errors.
inline constexpr int kClearlyBetter = 2;
/// A witness whose standard deviation is this many times the usual one says nothing.
inline constexpr int kMuchLessSure = 10;
/// The largest standard deviation, half a year: what is known less well is not known at all. So
/// neither a multiple of one by the factors above nor the sum of two such multiples overflows.
inline constexpr Nanoseconds kLargestSigma = kTimeLimit / 256;
static_assert(kLargestSigma <= kTimeLimit / (4 * std::max(kGate, kMuchLessSure)));

// --- which slaves are waited for (group.cpp) ---

/// The wait for new slaves lasts at most this many times the usual wait.
inline constexpr int kMostWaits = 12;
/// The most names that are remembered while it matters which slaves are new.
inline constexpr std::size_t kMostArrivals = 10'000;

// --- how the line moves (group_line.cpp, group_rate.cpp) ---

/// The averages of a founded group move its line no faster than this. Members' rates and the
/// deviations of the estimates call for less, and a clock that is always a little ahead, within
/// what can be measured, moves the group no faster.
inline constexpr double kMostMotionPpb = 200;
/// The reserve of a clock that is not told how a line was moved: its bound grows by 1 ppm to allow
/// for wandering rates (kWanderMarginPpb), of which quartz needs a hundredth.
inline constexpr double kReservePpb = 500;
/// The time over which the drag of a line is averaged.
inline constexpr std::chrono::seconds kDragTime{60};
/// A group is founded when most drifts have been known for this long.
inline constexpr std::chrono::seconds kFounding{30};
/// How fast the rate goes to the mean, in ppb per second: a slave may be away for a day before that
/// adds up to what its bound allows for.
inline constexpr double kReturnPpb = 0.02;
/// A rate that is farther from the mean is not that of a timescale, but was learned from liars or
/// by mistake.
inline constexpr double kFarthestFromMeanPpb = 100'000;

// --- the discipline (discipline.cpp) ---

/// A clock is not set so close to the end of the believable range that it would soon be beyond it.
inline constexpr std::chrono::years kHorizon{1};

}  // namespace berkeley::sync
