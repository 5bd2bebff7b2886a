/// How bash completes the programs' options, and the values of those with few.
#pragma once

#include <string>

#include "common/program_text.h"

namespace berkeley {

/// A bash script that defines and registers the completion of `program`.
std::string completionFor(const ProgramText& program);

}  // namespace berkeley
