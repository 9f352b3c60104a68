#include "config/url_parts.hpp"

#include "config/units.hpp"

namespace tlspolicy::config {

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

}  // namespace tlspolicy::config
