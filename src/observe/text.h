/// Text for a terminal: UTF-8 counted in columns, and colours around it.
///
/// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "berkeley/sync/cycle.h"

namespace berkeley {

inline constexpr std::string_view kUnknown = "\u2013";  // en dash: unknown is never zero

enum class Colour { none, dim, bold, green, yellow, red };

/// What a terminal shows of UTF-8 without wide characters: one column for each byte that does not
/// continue a character.
std::size_t widthOf(std::string_view text);

std::string painted(std::string text, Colour colour);

/// The first columns of `text`, with `ending` as the last of them where something is left out.
std::string truncated(const std::string& text, std::size_t width, std::string_view ending);

/// What any terminal can show in as many columns as characters: of UTF-8 the signs that this
/// program writes, or without `unicode` what stands for them in ASCII; "?" for everything else.
std::string printable(std::string_view text, bool unicode);

/// With "(this)" or "(lab)" behind it.
std::string labelOf(const std::string& name, const ClockStatus& clock);

/// Parts per million with the digits of a ppb.
std::string driftText(double ppb);

}  // namespace berkeley
