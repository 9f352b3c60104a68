#include "fakes/tcp_server.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace tlspolicy::fakes {
namespace {

constexpr std::chrono::seconds patience(10);

void must(bool done, const char* what) {
    if (!done) throw std::runtime_error(std::string(what) + ": " + std::strerror(errno));
}

struct SocketAddress {
    sockaddr_storage storage{};
    socklen_t size = 0;
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

SocketAddress socket_address(const IpAddress& address, std::uint16_t port) {
    SocketAddress made;
    if (address.is_v4()) {
        sockaddr_in v4{};
        v4.sin_family = AF_INET;
        v4.sin_port = htons(port);
        const auto octets = address.v4_octets();
        std::memcpy(&v4.sin_addr, octets.data(), octets.size());
        std::memcpy(&made.storage, &v4, sizeof v4);
        made.size = sizeof v4;
    } else {
        sockaddr_in6 v6{};
        v6.sin6_family = AF_INET6;
        v6.sin6_port = htons(port);
        std::memcpy(&v6.sin6_addr, address.octets().data(), address.octets().size());
        std::memcpy(&made.storage, &v6, sizeof v6);
        made.size = sizeof v6;
    }
    return made;
}

int new_socket(const IpAddress& address) {
    const int made =
        ::socket(address.is_v4() ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    must(made >= 0, "socket");
    return made;
}

int listen_on(const IpAddress& address, std::uint16_t port, int backlog) {
    const int listener = new_socket(address);
    const int yes = 1;
    ::setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    auto local = socket_address(address, port);
    must(::bind(listener, local.get(), local.size) == 0, "bind");
    must(::listen(listener, backlog) == 0, "listen");
    return listener;
}

std::uint16_t port_of(int socket) {
    sockaddr_storage local{};
    socklen_t size = sizeof local;
    must(::getsockname(socket, reinterpret_cast<sockaddr*>(&local), &size) == 0, "getsockname");
    if (local.ss_family == AF_INET) return ntohs(reinterpret_cast<const sockaddr_in&>(local).sin_port);
    return ntohs(reinterpret_cast<const sockaddr_in6&>(local).sin6_port);
}

/// Whether the stop signal came; else `events` or an end showed, or the time passed.
struct Woken {
    bool stop;
    short events;
};
Woken poll_both(int socket, int stop, short events, int milliseconds) {
    pollfd both[] = {{socket, events, 0}, {stop, POLLIN, 0}};
    while (::poll(both, 2, milliseconds) < 0 && errno == EINTR) {
    }
    return {both[1].revents != 0, both[0].revents};
}

}  // namespace

PeerSocket::PeerSocket(PeerSocket&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), stop_(other.stop_) {}

PeerSocket::~PeerSocket() {
    if (socket_ >= 0) ::close(socket_);
}

bool PeerSocket::wait(short events) const {
    return !poll_both(socket_, stop_, events, -1).stop;
}

void PeerSocket::wait_for_hangup() const {
    poll_both(socket_, stop_, POLLRDHUP, -1);
}

bool PeerSocket::hung_up_within(std::chrono::milliseconds time) const {
    const auto woken = poll_both(socket_, stop_, POLLRDHUP, static_cast<int>(time.count()));
    return woken.stop || woken.events != 0;
}

std::size_t PeerSocket::read(char* into, std::size_t size) const {
    for (;;) {
        const auto count = ::recv(socket_, into, size, 0);
        if (count >= 0) return static_cast<std::size_t>(count);
        if (errno != EAGAIN || !wait(POLLIN)) return 0;
    }
}

bool PeerSocket::write(std::string_view text) const {
    while (!text.empty()) {
        const auto count = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
        if (count >= 0)
            text.remove_prefix(static_cast<std::size_t>(count));
        else if (errno != EAGAIN || !wait(POLLOUT))
            return false;
    }
    return true;
}

void PeerSocket::reset_on_close() const {
    const linger at_once{1, 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

PeerSocket connect_to(const IpAddress& address, std::uint16_t port, int stop) {
    PeerSocket made(new_socket(address), stop);
    auto remote = socket_address(address, port);
    if (::connect(made.native(), remote.get(), remote.size) != 0) must(errno == EINPROGRESS, "connect");
    made.wait(POLLOUT);
    return made;
}

TcpServer::TcpServer(const IpAddress& address, std::uint16_t port, Script script)
    : script_(std::move(script)),
      listener_(listen_on(address, port, 512)),
      stop_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      port_(port_of(listener_)) {
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes to sockets whose other side has gone
    acceptor_ = std::thread([this] { accept_all(); });
}

TcpServer::~TcpServer() {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(stop_, &one, sizeof one);
    acceptor_.join();
    for (auto& client : clients_)
        client.join();
    ::close(listener_);
    ::close(stop_);
}

void TcpServer::accept_all() {
    while (!poll_both(listener_, stop_, POLLIN, -1).stop) {
        const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (socket < 0) continue;
        const std::lock_guard lock(mutex_);
        ++accepted_;
        peak_ = std::max(peak_, accepted_ - closed_);
        clients_.emplace_back([this, socket] { play(socket); });
        changed_.notify_all();
    }
}

void TcpServer::play(int socket) {
    {
        PeerSocket peer(socket, stop_);
        script_(peer);
    }
    const std::lock_guard lock(mutex_);
    ++closed_;
    changed_.notify_all();
}

std::size_t TcpServer::connections() const {
    const std::lock_guard lock(mutex_);
    return accepted_;
}

std::size_t TcpServer::peak() const {
    const std::lock_guard lock(mutex_);
    return peak_;
}

bool TcpServer::wait_until_closed(std::size_t connections) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience,
                             [&] { return accepted_ >= connections && closed_ == accepted_; });
}

bool TcpServer::wait_until_accepted(std::size_t connections) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return accepted_ >= connections; });
}

BlackHole::BlackHole(const IpAddress& address, std::uint16_t port) {
    const int listener = listen_on(address, port, 0);
    sockets_.push_back(listener);
    port_ = port_of(listener);
    // The queue holds backlog + 1; what goes beyond waits for ever.
    for (int i = 0; i < 4; ++i) {
        const int filler = new_socket(address);
        sockets_.push_back(filler);
        auto remote = socket_address(address, port_);
        if (::connect(filler, remote.get(), remote.size) != 0) must(errno == EINPROGRESS, "connect");
    }
}

BlackHole::~BlackHole() {
    for (const int socket : sockets_)
        ::close(socket);
}

}  // namespace tlspolicy::fakes
