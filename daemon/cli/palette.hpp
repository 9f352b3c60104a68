#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tlspolicy::cli {

/// What a piece of text is about, which a terminal may show as colour. Nothing is told by colour alone.
enum class Tone : std::uint8_t { plain, strong, faint, good, doubtful, bad };

/// Colours where they are wanted, nothing elsewhere.
class Palette {
public:
    explicit Palette(bool colour) noexcept : colour_(colour) {}

    std::string paint(Tone tone, std::string_view text) const;

private:
    bool colour_;
};

}  // namespace tlspolicy::cli
