#include "sts/fields.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace tlspolicy::sts {
namespace {

constexpr std::size_t max_name = 32;

bool in_range(unsigned char byte, unsigned char low, unsigned char high) noexcept {
    return byte >= low && byte <= high;
}

/// The length of the UTF-8 sequence that `text` (not empty, not ASCII) begins with; 0 where it is malformed.
/// The ranges of the second byte keep out overlong forms, surrogates and what lies beyond U+10FFFF.
std::size_t utf8_sequence(std::string_view text) noexcept {
    const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = byte(0);
    std::size_t length = 0;
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (in_range(lead, 0xC2, 0xDF)) {
        length = 2;
    } else if (in_range(lead, 0xE0, 0xEF)) {
        length = 3;
        if (lead == 0xE0) low = 0xA0;
        if (lead == 0xED) high = 0x9F;
    } else if (in_range(lead, 0xF0, 0xF4)) {
        length = 4;
        if (lead == 0xF0) low = 0x90;
        if (lead == 0xF4) high = 0x8F;
    }
    if (length == 0 || text.size() < length || !in_range(byte(1), low, high)) return 0;
    for (std::size_t i = 2; i < length; ++i)
        if (!in_range(byte(i), 0x80, 0xBF)) return 0;
    return length;
}

}  // namespace

bool is_field_name(std::string_view name) noexcept {
    if (name.empty() || name.size() > max_name || !ascii::is_alphanumeric(name.front())) return false;
    return std::all_of(name.begin(), name.end(),
                       [](char c) { return ascii::is_alphanumeric(c) || c == '_' || c == '-' || c == '.'; });
}

bool is_policy_text(std::string_view value) noexcept {
    while (!value.empty()) {
        if (ascii::is_ascii(value.front())) {
            if (!ascii::is_printable(value.front())) return false;
            value.remove_prefix(1);
            continue;
        }
        const std::size_t length = utf8_sequence(value);
        if (length == 0) return false;
        value.remove_prefix(length);
    }
    return true;
}

}  // namespace tlspolicy::sts
