/// The file of keys with which slaves prove who they are: one `name:key` per line, the key in
/// hexadecimal, 32 to 256 bytes long. Blank lines and lines that begin with `#` are ignored.
///
/// Each name is that of a slave (see wire/native.h), and no two lines have the same name or the
/// same key. Thread safety: pure functions, except that the file is read. Errors:
/// std::runtime_error in one line that names the file, the line and what to do, and never a key.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace berkeley::net {

using Key = std::vector<unsigned char>;
using Keys = std::map<std::string, Key>;  ///< by name

/// `source` is the name of the text in an error.
Keys parseKeys(std::string_view text, const std::string& source);

/// Also throws when the file cannot be read, or is open to its group or others.
Keys readKeyFile(const std::filesystem::path& path);

}  // namespace berkeley::net
