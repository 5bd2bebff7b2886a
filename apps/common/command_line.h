/// How the programs read their two sources, command line and file; the daemons and the others
/// alike.
///
/// Errors: UsageError.
#pragma once

#include <boost/program_options/options_description.hpp>
#include <boost/program_options/variables_map.hpp>
#include <span>
#include <string>

#include "common/options.h"

namespace berkeley {

/// Whatever the user wrote into it, the text stays one line.
UsageError usageError(std::string text);

/// The first of `arguments` is the program's name.
boost::program_options::variables_map readCommandLine(
    std::span<const char* const> arguments,
    const boost::program_options::options_description& known);

/// Of lines "key = value". Zero bytes and what cannot be read are refused.
boost::program_options::variables_map readConfig(
    const std::string& file, const boost::program_options::options_description& known);

/// Turns texts into values. `source` goes before an option's name in an error.
void assignAll(boost::program_options::variables_map values, const std::string& source);

}  // namespace berkeley
