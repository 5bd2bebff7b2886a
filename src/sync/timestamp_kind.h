/// What reads the clock when a frame arrives or leaves: the closer to the wire, the better.
///
/// Thread safety: values and pure functions.
#pragma once

#include <cstddef>
#include <string_view>

namespace berkeley::sync {

enum class TimestampKind {
    userSpace,      ///< this program, before it sends and after it has woken up
    kernelReceive,  ///< the kernel for what arrives, this program for what leaves
    kernel,         ///< the kernel for both
};

inline constexpr std::size_t kTimestampKinds = 3;

/// Returns the kind in words, for a log line.
std::string_view toText(TimestampKind kind);

}  // namespace berkeley::sync
