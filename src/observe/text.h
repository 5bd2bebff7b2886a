/// Texts of single values, and how they come onto a terminal: UTF-8 counted in columns, colours
/// around it, rows of cells below each other.
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

/// A clock's name, with "(this)" or "(lab)" behind it.
std::string labelOf(const std::string& name, const sync::ClockStatus& clock);

/// A group's identity, in 16 hexadecimal digits.
std::string groupText(sync::GroupId group);

/// "2026-11-25T17:00:00.123456789Z"
std::string isoText(GroupTime time);

// --- how wide they are ---

/// What a terminal shows of UTF-8 without wide characters: one column for each byte that does not
/// continue a character.
std::size_t widthOf(std::string_view text);

/// The first columns of `text`, with `ending` as the last of them where something is left out.
std::string truncated(const std::string& text, std::size_t width, std::string_view ending);

/// What any terminal can show in as many columns as characters: of UTF-8 the signs that this
/// program writes, or without `unicode` what stands for them in ASCII; "?" for everything else.
std::string printable(std::string_view text, bool unicode);

/// A horizontal line.
std::string ruleOf(std::size_t width);

// --- rows of them ---

enum class Colour { none, dim, bold, green, yellow, red };

/// Text in one colour.
struct Cell {
    std::string text;
    Colour colour{};
};

/// Green when it counts, red when it is not there.
Cell cellOf(sync::Standing standing);

/// The text, with its colour where there are colours at all.
std::string painted(const Cell& cell, bool coloured);

enum class Align { left, right };

struct Column {
    std::string_view title;
    Align align{};
    std::size_t width = 0;  ///< at least
};

/// A cell for each column.
using Row = std::vector<Cell>;
using Widths = std::vector<std::size_t>;

inline constexpr std::size_t kGap = 2;  ///< between two columns

/// The titles, dimmed.
Row titlesOf(std::span<const Column> columns);

/// What the columns need for all rows.
Widths widthsOf(std::span<const Column> columns, const std::vector<Row>& rows);

/// Without spaces at its end. A column of width 0 is left out; no cell is wider than its column.
std::string lineOf(std::span<const Column> columns, const Row& row, const Widths& widths,
                   bool coloured);

}  // namespace berkeley::observe
