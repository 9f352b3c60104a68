#include "server/passed_sockets.hpp"

#include "base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace tlspolicy::server {
namespace {

union Address {
    sockaddr_storage storage;
    sockaddr_in v4;
    sockaddr_in6 v6;
    sockaddr_un local;
};

Error wrong(std::string_view what) {
    return {ErrorKind::system, std::string(what)};
}

Result<int> option(int descriptor, int name) {
    int value = 0;
    socklen_t size = sizeof value;
    if (::getsockopt(descriptor, SOL_SOCKET, name, &value, &size) != 0)
        return wrong(std::generic_category().message(errno));
    return value;
}

std::string path_of(const sockaddr_un& address, socklen_t size) {
    const auto length = size > offsetof(sockaddr_un, sun_path) ? size - offsetof(sockaddr_un, sun_path) : 0;
    std::string path(address.sun_path, length);
    if (!path.empty() && path.front() == '\0') return '@' + printable(path.substr(1));  // unix(7), abstract
    return path.c_str();
}

Result<Endpoint> examine_one(int descriptor) {
    const auto type = option(descriptor, SO_TYPE);
    if (!type) return type.error();
    const auto listens = option(descriptor, SO_ACCEPTCONN);
    if (!listens) return listens.error();
    if (*type != SOCK_STREAM || *listens == 0)
        return wrong("is not a listening stream socket; use ListenStream= and Accept=no");
    Address address{};
    socklen_t size = sizeof address;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address.storage), &size) != 0)
        return wrong(std::generic_category().message(errno));
    switch (address.storage.ss_family) {
        case AF_INET: {
            std::array<std::uint8_t, 4> octets{};
            std::memcpy(octets.data(), &address.v4.sin_addr, octets.size());
            return Endpoint(TcpEndpoint{IpAddress::v4(octets), ntohs(address.v4.sin_port)});
        }
        case AF_INET6: {
            IpAddress::Octets octets{};
            std::memcpy(octets.data(), &address.v6.sin6_addr, octets.size());
            return Endpoint(TcpEndpoint{IpAddress::v6(octets), ntohs(address.v6.sin6_port)});
        }
        case AF_UNIX:
            return Endpoint(UnixEndpoint{path_of(address.local, size)});
        default:
            return wrong("is of a family that cannot be served; use an IP address or a path");
    }
}

}  // namespace

Result<PassedSockets> PassedSockets::examine(std::vector<PassedSocket> sockets) {
    PassedSockets passed;
    std::optional<Error> failure;
    for (auto& socket : sockets) {
        auto endpoint = examine_one(socket.descriptor);
        if (!endpoint && !failure)
            failure = endpoint.error().in(
                fmt::format("the socket \"{}\" that the service manager passes", printable(socket.name)));
        passed.sockets_.push_back(
            {socket.descriptor, std::move(socket.name), endpoint ? *endpoint : Endpoint(UnixEndpoint{})});
    }
    if (failure) return *failure;
    return passed;
}

PassedSockets::~PassedSockets() {
    for (const auto& socket : sockets_)
        ::close(socket.descriptor);
}

std::optional<PassedSockets::Listening> PassedSockets::take(const Endpoint& endpoint) {
    return take_if([&](const Listening& socket) { return same_place(socket.endpoint, endpoint); });
}

std::optional<PassedSockets::Listening> PassedSockets::take(std::string_view name) {
    return take_if([&](const Listening& socket) { return socket.name == name; });
}

template <class Predicate>
std::optional<PassedSockets::Listening> PassedSockets::take_if(Predicate wanted) {
    const auto found = std::find_if(sockets_.begin(), sockets_.end(), wanted);
    if (found == sockets_.end()) return std::nullopt;
    auto taken = std::move(*found);
    sockets_.erase(found);
    return taken;
}

}  // namespace tlspolicy::server
