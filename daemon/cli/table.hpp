#pragma once

#include "cli/palette.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace tlspolicy::cli {

/// One cell, printable ASCII.
struct Cell {
    Cell(std::string cell_text, Tone cell_tone = Tone::plain) : text(std::move(cell_text)), tone(cell_tone) {}
    Cell(const char* cell_text) : text(cell_text) {}

    std::string text;
    Tone tone = Tone::plain;
};

using Row = std::vector<Cell>;

/// Rows as lines with aligned columns, two blanks apart, no blanks at line ends. A line longer than `width`
/// is cut and ends in "...". A first row of headings is the caller's, as is its tone.
std::string to_text(const std::vector<Row>& rows, const Palette& palette, std::size_t width);

/// `text` in lines of at most `width` columns, broken at blanks; the second and later ones begin with
/// `indent` blanks, and the first has room for what the caller has written of it already, `indent` columns as
/// well. A word longer than a line is left whole.
std::string wrapped(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace tlspolicy::cli
