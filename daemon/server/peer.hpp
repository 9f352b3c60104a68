#pragma once

#include "base/ip_address.hpp"
#include "server/socket.hpp"

#include <optional>
#include <string>

namespace tlspolicy::server {

/// The address at the other end; nullopt for a Unix socket, or when the client is gone.
std::optional<IpAddress> address_of(const Socket& socket);

/// The other end, for the log: an address, "unix", or "gone".
std::string peer_of(const Socket& socket);

}  // namespace tlspolicy::server
