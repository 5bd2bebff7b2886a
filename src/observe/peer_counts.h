/// The peers of a master in numbers.
///
/// Thread safety: a value.
#pragma once

#include <array>
#include <cstdint>

#include "sync/timestamp_kind.h"
#include "wire/messages.h"

namespace berkeley::observe {

struct PeerCounts {
    std::size_t slaves{};  ///< connected now
    /// Connected slaves by the kind of their connections' timestamps; counted only after a first
    /// burst.
    std::array<std::size_t, sync::kTimestampKinds> timestamps{};
    std::array<std::uint64_t, wire::kFaults> sentAway{};  ///< since the start, by reason
};

}  // namespace berkeley::observe
