#pragma once

#include "base/ip_address.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>

#include <cstdint>
#include <string>

/// What clients that speak TLS over TCP have in common.
namespace tlspolicy::tls {

boost::asio::ip::tcp::endpoint endpoint_of(const IpAddress& address, std::uint16_t port);

/// Whether this machine has no way to where it was to connect.
bool no_route(const boost::system::error_code& error) noexcept;

/// Whether the other side has ended the connection, with TLS's farewell or without.
bool has_ended(const boost::system::error_code& error) noexcept;

/// For people: OpenSSL's own words for an error of its, "connection closed" for an end.
std::string words_for(const boost::system::error_code& error);

}  // namespace tlspolicy::tls
