#include "server/peer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>

namespace tlspolicy::server {

std::optional<IpAddress> address_of(const Socket& socket) {
    boost::system::error_code failure;
    const auto peer = socket.remote_endpoint(failure);
    if (failure) return std::nullopt;
    if (peer.data()->sa_family == AF_INET) {
        sockaddr_in address{};
        std::memcpy(&address, peer.data(), std::min(peer.size(), sizeof address));
        std::array<std::uint8_t, 4> octets{};
        std::memcpy(octets.data(), &address.sin_addr, octets.size());
        return IpAddress::v4(octets);
    }
    if (peer.data()->sa_family == AF_INET6) {
        sockaddr_in6 address{};
        std::memcpy(&address, peer.data(), std::min(peer.size(), sizeof address));
        IpAddress::Octets octets{};
        std::memcpy(octets.data(), &address.sin6_addr, octets.size());
        return IpAddress::v6(octets);
    }
    return std::nullopt;
}

std::string peer_of(const Socket& socket) {
    if (const auto address = address_of(socket)) return address->text();
    boost::system::error_code failure;
    socket.remote_endpoint(failure);
    return failure ? "gone" : "unix";
}

}  // namespace tlspolicy::server
