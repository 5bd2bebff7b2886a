/// Man pages from a template and the programs' own options.
#pragma once

#include <map>
#include <string>

#include "common/program_text.h"

namespace berkeley {

using Programs = std::map<std::string, ProgramText>;

/// UsageError when it is not among them.
const ProgramText& programOf(const Programs& programs, const std::string& name);

/// The text with a line "@OPTIONS program@" replaced by that program's options, "@KEYS program@" by
/// the same as keys of a configuration file, and "@COMMANDS program@" by its commands. As
/// programOf().
std::string manPage(const std::string& text, const Programs& programs);

}  // namespace berkeley
