/// The file of keys with which slaves prove who they are: one `name:key` a line, the key in
/// hexadecimal, 32 to 256 bytes of it; blank lines and lines that begin with `#` say nothing.
///
/// A name is a slave's (see wire/native.h), and no two have the same name or the same key. Thread
/// safety: pure functions, but for the file. Errors: std::runtime_error in one line that names the
/// file, the line and what to do, and never a key.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace berkeley::net {

using Key = std::vector<unsigned char>;
using Keys = std::map<std::string, Key>;  ///< by name

/// `source` is what the text is called in an error.
Keys parseKeys(std::string_view text, const std::string& source);

/// Throws also when the file cannot be read, or can be by its group or others.
Keys readKeyFile(const std::filesystem::path& path);

}  // namespace berkeley::net
