#pragma once

#include "base/error.hpp"
#include "base/ip_address.hpp"
#include "dns/settings.hpp"
#include "https/settings.hpp"
#include "server/settings.hpp"

#include <optional>
#include <string_view>
#include <variant>

/// Addresses as operators write them. Error messages go on from the value: "is not an address; allowed: …".
namespace tlspolicy::config {

/// "127.0.0.1:8461", "[::1]:8461" or "unix:/absolute/path".
Result<std::variant<server::TcpEndpoint, server::UnixEndpoint>> parse_endpoint(std::string_view text);

/// "off" for none, else "unix:/absolute/path".
Result<std::optional<server::UnixEndpoint>> parse_control(std::string_view text);

/// "192.0.2.53", "192.0.2.53:5353", "2001:db8::53", "[2001:db8::53]:5353", "fe80::1%eth0".
Result<dns::NameServer> parse_name_server(std::string_view text);

/// "10.0.0.0/8" or one address.
Result<IpNetwork> parse_network(std::string_view text);

/// "" for none, else "http://[user:password@]host:port", user and password percent-encoded where they hold
/// reserved characters (RFC 3986, 3.2.1). The message never holds any part of the text.
Result<std::optional<https::Proxy>> parse_proxy(std::string_view text);

}  // namespace tlspolicy::config
