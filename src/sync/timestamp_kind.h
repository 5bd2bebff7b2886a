/// Who reads the clock when a frame arrives or leaves: the better the closer to the wire.
///
/// Thread safety: values and pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace berkeley::sync {

enum class TimestampKind {
    userSpace,      ///< this program, before it sends and after it was woken
    kernelReceive,  ///< the kernel for what arrives, this program for what leaves
    kernel,         ///< the kernel for both
};

inline constexpr std::size_t kTimestampKinds = 3;

/// In words for a log line.
std::string_view toText(TimestampKind kind);

}  // namespace berkeley::sync
