/// What the environment of this process says.
///
/// Thread safety: any thread, as nothing changes the environment while there are several.
#pragma once

#include <string>

namespace berkeley::host {

/// "" for a variable that is not set.
std::string environmentVariable(const char* name);

}  // namespace berkeley::host
