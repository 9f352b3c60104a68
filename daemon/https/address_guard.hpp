#pragma once

#include "base/ip_address.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace tlspolicy::https {

/// What the IANA special-purpose address registries call an address that is not for the open Internet
/// ("loopback", "private use (RFC 1918)"); nullopt for an ordinary one. An IPv6 address that carries an IPv4
/// address (NAT64, 6to4, Teredo) is judged by what it carries.
std::optional<std::string_view> special_purpose(const IpAddress& address);

/// Why a policy host's address is not connected to; nullopt where it may be (STS-27).
std::optional<std::string_view> refusal(const IpAddress& address, const std::vector<IpNetwork>& allowed);

}  // namespace tlspolicy::https
