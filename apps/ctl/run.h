/// Runs a program under the group's time: it sees that in the place of the system clock.
///
/// Thread safety: before any thread starts.
#pragma once

#include <string>
#include <vector>

namespace berkeley::apps {

/// Becomes `program`, which reads the page at `page`. Throws std::runtime_error when it cannot.
[[noreturn]] void runUnderGroupTime(const std::vector<std::string>& program,
                                    const std::string& page);

}  // namespace berkeley::apps
