/// What a daemon takes up of the page that one before it has left: the clock goes on as if nothing
/// had happened, and its readers see the same time.
///
/// Units: std::chrono, or in the name. Thread safety: pure functions, but for bootId() and the raw
/// clock, which are read.
#pragma once

#include <string>

#include "host/shared_page.h"

namespace berkeley::host {

/// Why what is in the page is not the clock that this daemon is to keep: it is of another run of
/// the machine, or of another simulated clock. "" when it is.
std::string differenceIn(const page::Content& content, double simulatedDriftPpb);

/// Why it cannot be believed, in words for a log line; "" when it can.
std::string problemIn(const page::Content& content, page::RawTime now);

/// The state that `content`, in which nothing is wrong, was made from.
sync::ClockState stateOf(const page::Content& content);

}  // namespace berkeley::host
