/// What is said when the operating system refuses something.
///
/// Thread safety: any thread.
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>

namespace berkeley::os {

/// Of the system call that has just failed: errno.
std::error_code lastError();

/// "what (why): remedy", in one line.
std::runtime_error systemError(const std::string& what, const std::string& remedy,
                               std::error_code why = lastError());

}  // namespace berkeley::os
