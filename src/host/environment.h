/// Reads the environment of this process.
///
/// Thread safety: any thread, as nothing changes the environment once there are several threads.
#pragma once

#include <string>

namespace berkeley::host {

/// Returns "" for a variable that is not set.
std::string environmentVariable(const char* name);

}  // namespace berkeley::host
