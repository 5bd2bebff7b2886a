/// Texts of single values, and their form on a terminal: UTF-8 counted in columns, colours, rows of
/// cells below each other.
///
/// Thread safety: pure functions.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sync/cycle.h"
#include "sync/membership.h"

namespace berkeley::observe {

// --- what cells say ---

inline constexpr std::string_view kUnknown = "\u2013";  // en dash: unknown is never zero

template <class Value, class ToText>
std::string textOr(const std::optional<Value>& value, ToText toText) {
    return value ? toText(*value) : std::string{kUnknown};
}

/// Returns a clock's name, followed by "(this)" or "(lab)" where that applies.
std::string labelOf(const std::string& name, const sync::ClockStatus& clock);

/// Returns a group's identity as 16 hexadecimal digits.
std::string groupText(sync::GroupId group);

/// "2026-11-25T17:00:00.123456789Z"
std::string isoText(GroupTime time);

// --- how wide they are ---

/// Returns the width of UTF-8 without wide characters on a terminal: one column for each byte that
/// does not continue a character.
std::size_t widthOf(std::string_view text);

/// Returns the first `width` columns of `text`, the last of them `ending` if something is left out.
std::string truncated(const std::string& text, std::size_t width, std::string_view ending);

/// Returns what any terminal can show in as many columns as characters: the UTF-8 signs that this
/// program writes or, without `unicode`, their ASCII substitutes; "?" for everything else.
std::string printable(std::string_view text, bool unicode);

/// Returns a horizontal line.
std::string ruleOf(std::size_t width);

// --- rows of them ---

enum class Colour { none, dim, bold, green, yellow, red };

/// Text in one colour.
struct Cell {
    std::string text;
    Colour colour{};
};

/// Green when the clock counts, red when it is not there, yellow otherwise.
Cell cellOf(sync::Standing standing);

/// Returns the text, with its colour if `coloured`.
std::string painted(const Cell& cell, bool coloured);

enum class Align { left, right };

struct Column {
    std::string_view title;
    Align align{};
    std::size_t width = 0;  ///< in columns, at least
};

/// A cell for each column.
using Row = std::vector<Cell>;
using Widths = std::vector<std::size_t>;

inline constexpr std::size_t kGap = 2;  ///< between two columns

/// Returns the titles, dimmed.
Row titlesOf(std::span<const Column> columns);

/// Returns the widths that the columns need for all rows.
Widths widthsOf(std::span<const Column> columns, const std::vector<Row>& rows);

/// Returns the row as a line without trailing spaces. A column of width 0 is left out; no cell may
/// be wider than its column.
std::string lineOf(std::span<const Column> columns, const Row& row, const Widths& widths,
                   bool coloured);

}  // namespace berkeley::observe
