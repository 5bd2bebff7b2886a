/// The clocks as rows of a screen, with as many columns as fit on it.
///
/// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "observe/screen.h"

namespace berkeley::observe {

/// Returns all clocks, the worst first; see renderScreen().
std::vector<const ClockView*> worstFirst(const std::vector<ClockView>& clocks);

/// Returns a line of titles, and one line for each of `clocks`.
std::vector<std::string> clockRows(const ScreenModel& model,
                                   const std::vector<const ClockView*>& clocks,
                                   const ScreenStyle& style);

/// "… and 37 more that agree"; `clocks` are those for which there is no row.
std::string moreText(const std::vector<const ClockView*>& clocks);

}  // namespace berkeley::observe
