/// The configuration files that are installed.
#pragma once

#include <string>

#include "common/program_text.h"

namespace berkeley {

/// Every option with its default, as a comment.
std::string configurationOf(const ProgramText& program);

}  // namespace berkeley
