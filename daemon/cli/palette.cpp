#include "cli/palette.hpp"

namespace tlspolicy::cli {
namespace {

/// Parameters of ECMA-48's SGR. The eight basic colours only, which every terminal shows legibly on its
/// ground.
std::string_view rendition(Tone tone) noexcept {
    switch (tone) {
        case Tone::plain:
            return "";
        case Tone::strong:
            return "1";
        case Tone::faint:
            return "2";
        case Tone::good:
            return "32";
        case Tone::doubtful:
            return "33";
        case Tone::bad:
            return "31";
    }
    return "";
}

}  // namespace

std::string Palette::paint(Tone tone, std::string_view text) const {
    std::string painted(text);
    if (!colour_ || tone == Tone::plain || text.empty()) return painted;
    return std::string("\x1b[").append(rendition(tone)).append("m").append(painted).append("\x1b[0m");
}

}  // namespace tlspolicy::cli
