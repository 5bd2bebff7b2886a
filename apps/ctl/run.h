/// Runs a program under the group's time, which it sees in place of the system clock.
///
/// Thread safety: for use before any thread starts.
#pragma once

#include <string>
#include <vector>

namespace berkeley::apps {

/// Replaces this process with `program`, which reads the page at `page`. Throws std::runtime_error
/// when it cannot.
[[noreturn]] void runUnderGroupTime(const std::vector<std::string>& program,
                                    const std::string& page);

}  // namespace berkeley::apps
