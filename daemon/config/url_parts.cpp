#include "config/url_parts.hpp"

#include "base/ascii.hpp"
#include "config/units.hpp"

namespace tlspolicy::config {
namespace {

std::optional<unsigned> hex_value(char c) {
    if (ascii::is_digit(c)) return static_cast<unsigned>(c - '0');
    const char lower = ascii::to_lower(c);
    if (lower >= 'a' && lower <= 'f') return static_cast<unsigned>(lower - 'a') + 10;
    return std::nullopt;
}

}  // namespace

std::optional<HostPort> split_host_port(std::string_view text) {
    if (!text.empty() && text.front() == '[') {
        const auto end = text.find(']');
        if (end == text.npos) return std::nullopt;
        const auto host = text.substr(1, end - 1);
        const auto rest = text.substr(end + 1);
        if (host.find(':') == host.npos) return std::nullopt;  // brackets are for IPv6
        if (rest.empty()) return HostPort{host, {}};
        if (rest.size() < 2 || rest.front() != ':') return std::nullopt;
        return HostPort{host, rest.substr(1)};
    }
    const auto colon = text.find(':');
    if (colon == text.npos || text.find(':', colon + 1) != text.npos) return HostPort{text, {}};
    if (colon + 1 == text.size()) return std::nullopt;
    return HostPort{text.substr(0, colon), text.substr(colon + 1)};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
    const auto number = parse_number(text);
    if (!number || *number < 1 || *number > 65535) return std::nullopt;
    return static_cast<std::uint16_t>(*number);
}

std::optional<std::string> percent_decode(std::string_view text) {
    std::string decoded;
    while (!text.empty()) {
        if (text.front() != '%') {
            decoded += text.front();
            text.remove_prefix(1);
            continue;
        }
        if (text.size() < 3) return std::nullopt;
        const auto high = hex_value(text[1]);
        const auto low = hex_value(text[2]);
        if (!high || !low) return std::nullopt;
        decoded += static_cast<char>(*high * 16 + *low);
        text.remove_prefix(3);
    }
    return decoded;
}

}  // namespace tlspolicy::config
