#pragma once

#include "base/error.hpp"
#include "https/settings.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tlspolicy::https {

/// What a proxy is sent to open a tunnel to `host` (RFC 9110, 9.3.6).
std::string connect_request(const Proxy& proxy, std::string_view host, std::uint16_t port);

/// Judges all that has come of the proxy's reply: nullopt where more is needed. The server at the other end
/// of a tunnel does not speak first, so nothing may follow a good reply. `name` is how errors call the proxy.
std::optional<Result<void>> judge_reply(std::string_view received, std::string_view name);

/// Octets of a proxy's reply that are read before it is given up.
constexpr std::size_t max_proxy_reply = 8 * 1024;

}  // namespace tlspolicy::https
