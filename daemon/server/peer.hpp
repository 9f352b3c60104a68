#pragma once

#include "base/ip_address.hpp"
#include "server/socket.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tlspolicy::server {

/// The address at the other end; nullopt for a Unix socket, or when the client is gone.
std::optional<IpAddress> address_of(const Socket& socket);

/// Whom a process at the other end of a Unix socket acted for when it connected: what the kernel itself goes
/// by. No name service is asked, which could keep the asker waiting.
struct PeerCredentials {
    std::uint32_t user = 0;
    std::vector<std::uint32_t> groups = {};  ///< the primary one is among them
};
/// nullopt: not a Unix socket, or the kernel does not say.
std::optional<PeerCredentials> credentials_of(Socket& socket);

/// The other end, for the log: an address, "unix", or "gone".
std::string peer_of(const Socket& socket);

}  // namespace tlspolicy::server
