/// What is installed besides the programs, made from their options: man pages, completion,
/// configuration files.
///
/// Errors: UsageError for an unknown program.
#pragma once

#include <map>
#include <string>

#include "common/program.h"

namespace berkeley::apps {

/// By name.
using Programs = std::map<std::string, Program>;

const Program& programOf(const Programs& programs, const std::string& name);

/// Returns the text with each line "@OPTIONS program@" replaced by that program's options, "@KEYS
/// program@" by the same as keys of a configuration file, and "@COMMANDS program@" by its commands,
/// in roff.
std::string manPage(const std::string& text, const Programs& programs);

/// Returns a bash script that defines and registers the completion of `program`: of its options,
/// and of the values of those that have few.
std::string completionFor(const Program& program);

/// Returns a configuration file: every option with its default, commented out.
std::string configurationOf(const Program& program);

}  // namespace berkeley::apps
