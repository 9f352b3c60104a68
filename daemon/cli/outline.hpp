#pragma once

#include "base/clock.hpp"
#include "cli/palette.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace tlspolicy::cli {

/// A tree for people: headings, and below them lines that are indented by their depth and wrapped.
class Outline {
public:
    /// At most 80 columns, or fewer where the terminal has fewer.
    Outline(const Palette& palette, std::size_t width);

    /// Begins a part, a blank line before it.
    void heading(std::string_view text);
    /// `depth` from 1. A text that is longer than its line goes on below, indented further.
    void line(std::size_t depth, std::string_view text, Tone tone = Tone::plain);

    const std::string& text() const noexcept { return text_; }

private:
    Palette palette_;
    std::size_t width_;
    std::string text_;
};

/// "12 ms", "90 s", "5 min", "30 h", "7 d": exact, in the largest unit that has no rest.
std::string to_text(Duration span);

}  // namespace tlspolicy::cli
