/// The keys that the options name.
///
/// Thread safety: pure functions, but for the file. Errors: UsageError.
#pragma once

#include <filesystem>
#include <optional>

#include "berkeley/net/key_file.h"
#include "common/options.h"

namespace berkeley {

/// Of all slaves; nothing without a --key-file.
std::optional<Keys> keysOf(const MasterOptions& options);

/// Of this slave; nothing without a --key-file.
std::optional<Key> keyOf(const SlaveOptions& options);

}  // namespace berkeley
