#include "postfix/lookup_key.hpp"

#include "base/ascii.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tlspolicy::postfix {
namespace {

constexpr std::size_t max_service_name = 15;  // RFC 6335, 5.1

/// The key taken apart, nothing checked yet; `port` without its colon, nullopt where there is no colon.
struct Parts {
    std::string_view host;
    std::optional<std::string_view> port;
    bool bracketed = false;
};

std::optional<Parts> split(std::string_view key) noexcept {
    Parts parts;
    if (!key.empty() && key.front() == '[') {
        const std::size_t close = key.find(']');
        if (close == std::string_view::npos) return std::nullopt;
        parts.host = key.substr(1, close - 1);
        parts.bracketed = true;
        key.remove_prefix(close + 1);
        if (key.empty()) return parts;
        if (key.front() != ':') return std::nullopt;
        parts.port = key.substr(1);
        return parts;
    }
    const std::size_t colon = std::min(key.find(':'), key.size());
    parts.host = key.substr(0, colon);
    if (colon != key.size()) parts.port = key.substr(colon + 1);
    return parts;
}

enum Kind : std::uint8_t { foreign = 0, digit = 1, dot = 2, other_than_digit = 4, not_ascii = 8 };

/// Of every octet. This runs for every key, and one look into a table costs less than five comparisons.
constexpr std::array<std::uint8_t, 256> kinds = [] {
    std::array<std::uint8_t, 256> table{};
    for (std::size_t i = 0; i < table.size(); ++i) {
        const char c = static_cast<char>(i);
        if (!ascii::is_ascii(c))
            table[i] = not_ascii;
        else if (c == '.')
            table[i] = dot;
        else if (ascii::is_digit(c))
            table[i] = digit;
        else if (ascii::is_alphanumeric(c) || c == '-' || c == '_')
            table[i] = other_than_digit;
    }
    return table;
}();

/// What Domain::parse would refuse with an error text, told apart without one: most keys that are no domain
/// are single labels, addresses or Postfix's parent-domain tries.
bool may_be_domain(std::string_view host) noexcept {
    if (host.empty() || host.front() == '.') return false;
    unsigned seen = 0;
    for (const char c : host) {
        const unsigned kind = kinds[static_cast<unsigned char>(c)];
        if (kind == not_ascii) return true;  // it may hold a dot or a digit in disguise
        if (kind == foreign) return false;
        seen |= kind;
    }
    return (seen & dot) != 0 && (seen & other_than_digit) != 0;
}

struct Port {
    std::optional<std::uint16_t> number;
};

/// Of the services that Postfix delivers to (RFC 6409, RFC 8314); /etc/services may name others.
std::optional<std::uint16_t> port_of(std::string_view service) noexcept {
    if (service == "smtp") return std::uint16_t{25};
    if (service == "submission") return std::uint16_t{587};
    if (service == "submissions" || service == "smtps") return std::uint16_t{465};
    return std::nullopt;
}

/// nullopt: neither a port number nor a service name.
std::optional<Port> parse_port(std::string_view text) noexcept {
    if (text.empty() || text.size() > max_service_name) return std::nullopt;
    if (std::all_of(text.begin(), text.end(), ascii::is_digit)) {
        std::uint16_t number = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (failure != std::errc{} || number == 0) return std::nullopt;
        return Port{number};
    }
    const bool service = text.front() != '-' && std::all_of(text.begin(), text.end(), [](char c) {
                             return ascii::is_lower(c) || ascii::is_digit(c) || c == '-';
                         });
    if (!service) return std::nullopt;
    return Port{port_of(text)};
}

}  // namespace

std::optional<LookupKey> LookupKey::parse(std::string_view key) {
    const auto parts = split(key);
    if (!parts || !may_be_domain(parts->host)) return std::nullopt;
    std::optional<std::uint16_t> number;
    if (parts->port) {
        const auto port = parse_port(*parts->port);
        if (!port) return std::nullopt;
        number = port->number;
    }
    const auto domain = Domain::parse(parts->host);
    if (!domain) return std::nullopt;
    return LookupKey(*domain, parts->bracketed, number);
}

}  // namespace tlspolicy::postfix
