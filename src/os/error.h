/// Error texts for what the operating system refuses.
///
/// Thread safety: any thread.
#pragma once

#include <stdexcept>
#include <string>
#include <system_error>

namespace berkeley::os {

/// Returns errno, the error of the system call that has just failed.
std::error_code lastError();

/// Returns an error that reads "what (why): remedy", in one line.
std::runtime_error systemError(const std::string& what, const std::string& remedy,
                               std::error_code why = lastError());

}  // namespace berkeley::os
