#include "tls/connection.hpp"

#include "tls/failure.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/ssl/error.hpp>

namespace tlspolicy::tls {

namespace asio = boost::asio;
using boost::system::error_code;

asio::ip::tcp::endpoint endpoint_of(const IpAddress& address, std::uint16_t port) {
    if (address.is_v4()) return {asio::ip::address_v4(address.v4_octets()), port};
    return {asio::ip::address_v6(address.octets()), port};
}

bool no_route(const error_code& error) noexcept {
    return error == asio::error::network_unreachable || error == asio::error::host_unreachable
           || error == asio::error::address_family_not_supported
           || error == boost::system::errc::address_not_available;
}

bool has_ended(const error_code& error) noexcept {
    return error == asio::error::eof || error == asio::ssl::error::stream_truncated;
}

std::string words_for(const error_code& error) {
    if (has_ended(error)) return "connection closed";
    if (error.category() == asio::error::get_ssl_category())
        return openssl_reason(static_cast<unsigned long>(error.value()));
    return error.message();
}

}  // namespace tlspolicy::tls
