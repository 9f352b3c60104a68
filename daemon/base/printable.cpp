#include "base/printable.hpp"

#include "base/ascii.hpp"

#include <algorithm>

namespace tlspolicy {

std::string printable(std::string_view text, std::size_t limit) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string shown;
    for (const char c : text.substr(0, limit)) {
        if (ascii::is_printable(c) && c != '"' && c != '\\') {
            shown += c;
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        shown += "\\x";
        shown += hex[byte >> 4U];
        shown += hex[byte & 0xFU];
    }
    if (text.size() > limit) shown += "...";
    return shown;
}

std::string in_quotes(std::string sentence) {
    std::replace(sentence.begin(), sentence.end(), '"', '\'');
    return sentence;
}

}  // namespace tlspolicy
