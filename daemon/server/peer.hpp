#pragma once

#include "base/ip_address.hpp"

#include <boost/asio/generic/stream_protocol.hpp>

#include <optional>
#include <string>

namespace tlspolicy::server {

/// The address at the other end; nullopt for a Unix socket, or when the client is gone.
std::optional<IpAddress> address_of(const boost::asio::generic::stream_protocol::socket& socket);

/// The other end, for the log: an address, or "unix".
std::string peer_of(const boost::asio::generic::stream_protocol::socket& socket);

}  // namespace tlspolicy::server
