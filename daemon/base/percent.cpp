#include "base/percent.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace tlspolicy {

std::optional<std::string> percent_decode(std::string_view text) {
    constexpr std::size_t coded = 3;
    std::string decoded;
    decoded.reserve(text.size());
    while (!text.empty()) {
        if (text.front() != '%') {
            decoded += text.front();
            text.remove_prefix(1);
            continue;
        }
        unsigned octet = 0;
        const char* end = text.data() + std::min(text.size(), coded);
        const auto parsed = std::from_chars(text.data() + 1, end, octet, 16);
        if (text.size() < coded || parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
        decoded += static_cast<char>(octet);
        text.remove_prefix(coded);
    }
    return decoded;
}

}  // namespace tlspolicy
