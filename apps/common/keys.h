/// The keys that the options name.
///
/// Thread safety: pure functions, except that they read the file. Errors: UsageError.
#pragma once

#include <optional>

#include "common/options.h"
#include "net/key_file.h"

namespace berkeley::apps {

/// Returns the keys of all slaves; nothing without a --key-file.
std::optional<net::Keys> keysOf(const MasterOptions& options);

/// Returns the key of one of several masters, for the others. Throws UsageError when there are keys
/// but none for its name.
std::optional<net::Key> ownKeyOf(const MasterOptions& options,
                                 const std::optional<net::Keys>& keys);

/// Returns this slave's key; nothing without a --key-file.
std::optional<net::Key> keyOf(const SlaveOptions& options);

}  // namespace berkeley::apps
