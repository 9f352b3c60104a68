#include "cli/outline.hpp"

#include "cli/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace tlspolicy::cli {
namespace {

constexpr std::size_t widest = 80;
constexpr std::size_t step = 2;

}  // namespace

Outline::Outline(const Palette& palette, std::size_t width)
    : palette_(palette), width_(std::min(width, widest)) {}

void Outline::heading(std::string_view text) {
    if (!text_.empty()) text_ += '\n';
    text_.append(palette_.paint(Tone::strong, text)).append("\n");
}

void Outline::line(std::size_t depth, std::string_view text, Tone tone) {
    const std::size_t indent = depth * step;
    const bool fits = indent + text.size() <= width_;  // then it stays as it is, its blanks too
    const std::string lines = fits ? std::string(text) : wrapped(text, width_, indent + step);
    text_.append(indent, ' ').append(palette_.paint(tone, lines)).append("\n");
}

std::string to_text(Duration span) {
    using namespace std::chrono;
    const auto whole = [span](Duration unit) { return span >= unit && span % unit == Duration::zero(); };
    if (whole(hours(24))) return fmt::format("{} d", span / hours(24));
    if (whole(hours(1))) return fmt::format("{} h", span / hours(1));
    if (whole(minutes(1))) return fmt::format("{} min", span / minutes(1));
    if (whole(seconds(1)) || span == Duration::zero()) return fmt::format("{} s", span / seconds(1));
    return fmt::format("{} ms", span.count());
}

}  // namespace tlspolicy::cli
