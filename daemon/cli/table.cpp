#include "cli/table.hpp"

#include <algorithm>

namespace tlspolicy::cli {
namespace {

constexpr std::string_view gap = "  ";
constexpr std::string_view ellipsis = "...";

std::vector<std::size_t> widths_of(const std::vector<Row>& rows) {
    std::vector<std::size_t> widths;
    for (const Row& row : rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t column = 0; column < row.size(); ++column)
            widths[column] = std::max(widths[column], row[column].text.size());
    }
    return widths;
}

/// What a row takes without the blanks after its last cell that shows something.
std::size_t length_of(const Row& row, const std::vector<std::size_t>& widths) {
    std::size_t length = 0;
    std::size_t begin = 0;
    for (std::size_t column = 0; column < row.size(); ++column) {
        if (!row[column].text.empty()) length = begin + row[column].text.size();
        begin += widths[column] + gap.size();
    }
    return length;
}

std::string line_of(const Row& row, const std::vector<std::size_t>& widths, const Palette& palette,
                    std::size_t width) {
    const std::size_t length = length_of(row, widths);
    const bool cut = length > width;
    const std::size_t end = cut ? width - std::min(width, ellipsis.size()) : length;
    std::string line;
    std::size_t at = 0;  // in columns, where `line` also holds what colours take
    std::size_t begin = 0;
    for (std::size_t column = 0; column < row.size() && begin < end; ++column) {
        const Cell& cell = row[column];
        if (!cell.text.empty()) {
            line.append(begin - at, ' ');
            const auto shown = std::string_view(cell.text).substr(0, end - begin);
            line += palette.paint(cell.tone, shown);
            at = begin + shown.size();
        }
        begin += widths[column] + gap.size();
    }
    if (cut) line.append(ellipsis.substr(0, width));
    return line += '\n';
}

}  // namespace

std::string to_text(const std::vector<Row>& rows, const Palette& palette, std::size_t width) {
    const auto widths = widths_of(rows);
    std::string text;
    for (const Row& row : rows)
        text += line_of(row, widths, palette, width);
    return text;
}

std::string wrapped(std::string_view text, std::size_t width, std::size_t indent) {
    std::string lines;
    std::size_t at = indent;
    bool line_begins = true;
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(' '));
        text.remove_prefix(std::min(text.size(), word.size() + 1));
        if (word.empty()) continue;
        if (!line_begins && at + 1 + word.size() > width) {
            lines.append("\n").append(indent, ' ');
            at = indent;
            line_begins = true;
        }
        if (!line_begins) {
            lines += ' ';
            ++at;
        }
        lines.append(word);
        at += word.size();
        line_begins = false;
    }
    return lines;
}

}  // namespace tlspolicy::cli
