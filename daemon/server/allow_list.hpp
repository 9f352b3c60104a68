#pragma once

#include "base/ip_address.hpp"
#include "server/settings.hpp"

namespace tlspolicy::server {

/// Whether a TCP client of this address is served: from loopback always, from elsewhere when `allow` names
/// it.
bool is_allowed(const Listener& listener, const IpAddress& client) noexcept;

}  // namespace tlspolicy::server
