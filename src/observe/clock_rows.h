/// The clocks as rows of a screen, as many columns as it has room for.
///
/// Thread safety: pure functions.
#pragma once

#include <string>
#include <vector>

#include "observe/screen.h"

namespace berkeley::observe {

/// All clocks, the worst first; see renderScreen().
std::vector<const ClockView*> worstFirst(const std::vector<ClockView>& clocks);

/// A line of titles, and one for each of `clocks`.
std::vector<std::string> clockRows(const ScreenModel& model,
                                   const std::vector<const ClockView*>& clocks,
                                   const ScreenStyle& style);

/// "… and 37 more that agree"; `clocks` are those for which there is no row.
std::string moreText(const std::vector<const ClockView*>& clocks);

}  // namespace berkeley::observe
