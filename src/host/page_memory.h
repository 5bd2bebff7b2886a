/// What a daemon takes over from the page that its predecessor left: the clock continues as if
/// nothing had happened, and its readers see the same time.
///
/// Units: std::chrono, or in the name. Thread safety: pure functions, except that differenceIn()
/// reads bootId().
#pragma once

#include <string>

#include "page/page.h"
#include "sync/discipline.h"

namespace berkeley::host {

/// Says why the page does not hold the clock that this daemon is to keep: it is from an earlier run
/// of the machine, or of a different simulated clock. Returns "" when it does hold that clock.
std::string differenceIn(const page::Content& content, double simulatedDriftPpb);

/// Says, in words for a log line, why the content cannot be believed. Returns "" when it can.
std::string problemIn(const page::Content& content, page::RawTime now);

/// Returns the state that `content`, in which nothing is wrong, was made from.
sync::ClockState stateOf(const page::Content& content);

}  // namespace berkeley::host
