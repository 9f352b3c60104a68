#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

/// The pieces that addresses and URLs have in common (RFC 3986, 3.2).
namespace tlspolicy::config {

struct HostPort {
    std::string_view host;  // without brackets
    std::string_view port;  // empty: none was given
};

/// Splits "host", "host:port", "[v6]", "[v6]:port"; an IPv6 address without brackets is all host.
std::optional<HostPort> split_host_port(std::string_view text);

/// 1 to 65535.
std::optional<std::uint16_t> parse_port(std::string_view text);

}  // namespace tlspolicy::config
