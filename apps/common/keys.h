/// The keys that the options name.
///
/// Thread safety: pure functions, but for the file. Errors: UsageError.
#pragma once

#include <optional>

#include "common/options.h"
#include "net/key_file.h"

namespace berkeley::apps {

/// Of all slaves; nothing without a --key-file.
std::optional<net::Keys> keysOf(const MasterOptions& options);

/// Of a master that is one of several, for the others. Throws UsageError when there are keys and
/// none of its name.
std::optional<net::Key> ownKeyOf(const MasterOptions& options,
                                 const std::optional<net::Keys>& keys);

/// Of this slave; nothing without a --key-file.
std::optional<net::Key> keyOf(const SlaveOptions& options);

}  // namespace berkeley::apps
