/// What a message has to satisfy to travel in a native frame, in either direction.
///
/// Thread safety: pure functions.
#pragma once

#include <string_view>

#include "wire/messages.h"

namespace berkeley::wire {

/// The first thing that is wrong with it, in words for a log line; "" for nothing.
std::string_view problemOf(const Message& message);

}  // namespace berkeley::wire
