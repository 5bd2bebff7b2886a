/// What is installed besides the programs, made out of their own options: man pages, completion,
/// configuration files.
///
/// Errors: UsageError for a program that is not among them.
#pragma once

#include <map>
#include <string>

#include "common/program.h"

namespace berkeley::apps {

/// By name.
using Programs = std::map<std::string, Program>;

const Program& programOf(const Programs& programs, const std::string& name);

/// The text with a line "@OPTIONS program@" replaced by that program's options, "@KEYS program@" by
/// the same as keys of a configuration file, and "@COMMANDS program@" by its commands, in roff.
std::string manPage(const std::string& text, const Programs& programs);

/// A bash script that defines and registers the completion of `program`: of its options, and of the
/// values of those with few.
std::string completionFor(const Program& program);

/// A configuration file: every option with its default, as a comment.
std::string configurationOf(const Program& program);

}  // namespace berkeley::apps
