/// A sync cycle as the table that the master prints.
///
/// Text is UTF-8, and ends with a newline unless a function says otherwise. Thread safety: pure
/// functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "observe/group_view.h"
#include "sync/cycle.h"

namespace berkeley::observe {

/// Returns "New synchronization cycle started (cycle 3)." and the number of clients to be
/// synchronized, as the lab does.
std::string renderAnnouncement(std::uint32_t cycle, std::size_t slaves);

/// Returns the aligned table (clock, offset, ± bound, delay, drift, standing, change) and the
/// summary line. The master's clock is marked "(this)", a lab peer "(lab)"; a missing figure is
/// "–". `colour` adds ANSI colours; the widths are those of the plain text.
std::string renderCycle(const sync::CycleStatus& status, bool colour);

/// Returns the summary alone: average, spread before, clocks counted, cycle time; without a
/// newline.
std::string renderSummary(const CycleFigures& cycle);

/// Says why there is no sync cycle: no slaves, or fewer than needed; without a newline.
std::string renderSkipped(std::size_t slaves, std::size_t needed);

}  // namespace berkeley::observe
