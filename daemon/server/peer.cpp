#include "server/peer.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
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

std::optional<PeerCredentials> credentials_of(Socket& socket) {
    boost::system::error_code failure;
    const auto local = socket.local_endpoint(failure);
    if (failure || local.protocol().family() != AF_UNIX) return std::nullopt;
    ucred peer{};
    socklen_t size = sizeof peer;
    if (::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0) return std::nullopt;
    std::vector<gid_t> groups(64);
    auto octets = static_cast<socklen_t>(groups.size() * sizeof(gid_t));
    int answered = ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERGROUPS, groups.data(), &octets);
    if (answered != 0 && errno == ERANGE) {  // it says how much room they need
        groups.resize(octets / sizeof(gid_t));
        answered = ::getsockopt(socket.native_handle(), SOL_SOCKET, SO_PEERGROUPS, groups.data(), &octets);
    }
    groups.resize(answered == 0 ? octets / sizeof(gid_t) : 0);
    PeerCredentials credentials{peer.uid, {peer.gid}};
    credentials.groups.insert(credentials.groups.end(), groups.begin(), groups.end());
    return credentials;
}

std::string peer_of(const Socket& socket) {
    if (const auto address = address_of(socket)) return address->text();
    boost::system::error_code failure;
    socket.remote_endpoint(failure);
    return failure ? "gone" : "unix";
}

}  // namespace tlspolicy::server
