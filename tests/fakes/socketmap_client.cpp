#include "fakes/socketmap_client.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <netinet/in.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace tlspolicy::fakes {
namespace {

constexpr timeval patience{10, 0};

[[noreturn]] void fail(const std::string& what) {
    throw std::runtime_error(what + ": " + std::strerror(errno));
}

int open_socket(int family) {
    const int made = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (made < 0) fail("socket");
    ::setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    return made;
}

template <class Address>
void connect_to(int socket, const Address& address, const std::string& whom) {
    if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
    const int error = errno;
    ::close(socket);
    errno = error;
    fail("connect to " + whom);
}

}  // namespace

SocketmapClient SocketmapClient::tcp(const IpAddress& address, std::uint16_t port, Window window) {
    const int socket = open_socket(address.is_v4() ? AF_INET : AF_INET6);
    if (window == Window::small) {
        const int octets = 4096;
        ::setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
    }
    if (address.is_v4()) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        std::memcpy(&to.sin_addr, address.v4_octets().data(), sizeof to.sin_addr);
        connect_to(socket, to, address.text());
    } else {
        sockaddr_in6 to{};
        to.sin6_family = AF_INET6;
        to.sin6_port = htons(port);
        std::memcpy(&to.sin6_addr, address.octets().data(), sizeof to.sin6_addr);
        connect_to(socket, to, address.text());
    }
    return SocketmapClient(socket);
}

SocketmapClient SocketmapClient::local(const std::string& path) {
    const int socket = open_socket(AF_UNIX);
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    path.copy(to.sun_path, sizeof to.sun_path - 1);
    connect_to(socket, to, path);
    return SocketmapClient(socket);
}

SocketmapClient::SocketmapClient(SocketmapClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), received_(std::move(other.received_)) {}

SocketmapClient& SocketmapClient::operator=(SocketmapClient&& other) noexcept {
    std::swap(socket_, other.socket_);
    std::swap(received_, other.received_);
    return *this;
}

SocketmapClient::~SocketmapClient() {
    if (socket_ >= 0) ::close(socket_);
}

std::string SocketmapClient::netstring(std::string_view payload) {
    return std::to_string(payload.size()) + ':' + std::string(payload) + ',';
}

std::string SocketmapClient::request(std::string_view map, std::string_view key) {
    return netstring(std::string(map) + ' ' + std::string(key));
}

bool SocketmapClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && (errno == EPIPE || errno == ECONNRESET)) return false;
        if (sent < 0) fail("send");
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool SocketmapClient::read_more() {
    std::array<char, 65536> buffer{};
    const ssize_t got = ::recv(socket_, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno != ECONNRESET) fail("the server says nothing");
    if (got <= 0) return false;
    received_.append(buffer.data(), static_cast<std::size_t>(got));
    return true;
}

std::string SocketmapClient::exchange(std::string_view bytes, std::size_t size) {
    send(bytes);
    while (received_.size() < size && read_more()) {
    }
    std::string got = received_.substr(0, size);
    received_.erase(0, got.size());
    return got;
}

std::optional<std::string> SocketmapClient::reply() {
    std::size_t colon = 0;
    while ((colon = received_.find(':')) == std::string::npos)
        if (!read_more()) return std::nullopt;
    std::size_t size = 0;
    const auto [end, wrong] = std::from_chars(received_.data(), received_.data() + colon, size);
    if (wrong != std::errc() || end != received_.data() + colon) return std::nullopt;
    while (received_.size() < colon + 1 + size + 1)
        if (!read_more()) return std::nullopt;
    if (received_[colon + 1 + size] != ',') return std::nullopt;
    std::string payload = received_.substr(colon + 1, size);
    received_.erase(0, colon + 1 + size + 1);
    return payload;
}

std::optional<std::string> SocketmapClient::ask(std::string_view map, std::string_view key) {
    if (!send(request(map, key))) return std::nullopt;
    return reply();
}

bool SocketmapClient::is_closed() {
    return received_.empty() && !read_more();
}

void SocketmapClient::finish_sending() {
    ::shutdown(socket_, SHUT_WR);
}

void SocketmapClient::reset() {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(std::exchange(socket_, -1));
}

}  // namespace tlspolicy::fakes
