/// What a message must satisfy to travel in a native frame, in either direction.
///
/// Thread safety: pure functions.
#pragma once

#include <string_view>

#include "wire/messages.h"

namespace berkeley::wire {

/// Returns the first thing that is wrong with the message, in words for a log line; "" if nothing
/// is.
std::string_view problemOf(const Message& message);

}  // namespace berkeley::wire
