#pragma once

#include "base/ip_address.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <thread>

namespace tlspolicy::fakes {

/// A socket of a fake peer. Every wait ends when the server is to stop; then the calls say so and the peer's
/// script is to return.
class PeerSocket {
public:
    PeerSocket(int socket, int stop) noexcept : socket_(socket), stop_(stop) {}
    PeerSocket(PeerSocket&& other) noexcept;
    PeerSocket& operator=(PeerSocket&&) = delete;
    ~PeerSocket();

    int native() const noexcept { return socket_; }
    /// False: the server is to stop.
    bool wait(short events) const;
    /// Until the other side has closed, or the server is to stop.
    void wait_for_hangup() const;
    /// False where `time` passed uninterrupted, true where the other side closed or the server is to stop.
    bool hung_up_within(std::chrono::milliseconds time) const;
    /// Octets read; 0 at the end, at an error, or when the server is to stop.
    std::size_t read(char* into, std::size_t size) const;
    bool write(std::string_view text) const;
    /// Closing it will send a RST.
    void reset_on_close() const;

private:
    int socket_;
    int stop_;
};

PeerSocket connect_to(const IpAddress& address, std::uint16_t port, int stop);

/// Listens on a loopback address and plays `script` with each client, a thread each. Safe from any thread.
class TcpServer {
public:
    using Script = std::function<void(PeerSocket&)>;

    /// Port 0: one that is free.
    TcpServer(const IpAddress& address, std::uint16_t port, Script script);
    TcpServer(const TcpServer&) = delete;
    TcpServer& operator=(const TcpServer&) = delete;
    /// Ends the scripts and joins their threads.
    ~TcpServer();

    std::uint16_t port() const noexcept { return port_; }
    /// Readable once the server is to stop; for sockets that a script opens itself.
    int stop_signal() const noexcept { return stop_; }

    std::size_t connections() const;
    /// The most that were open at one time.
    std::size_t peak() const;
    /// Until that many clients have come and their sockets are closed again; false after ten seconds.
    bool wait_until_closed(std::size_t connections) const;
    bool wait_until_accepted(std::size_t connections) const;

private:
    void accept_all();
    void play(int socket);

    Script script_;
    int listener_ = -1;
    int stop_ = -1;
    std::uint16_t port_ = 0;
    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::size_t accepted_ = 0;
    std::size_t closed_ = 0;
    std::size_t peak_ = 0;
    std::list<std::thread> clients_;
    std::thread acceptor_;
};

/// A port that completes no connection: its accept queue is full, so the system drops what comes.
class BlackHole {
public:
    BlackHole(const IpAddress& address, std::uint16_t port);
    BlackHole(const BlackHole&) = delete;
    BlackHole& operator=(const BlackHole&) = delete;
    ~BlackHole();
    std::uint16_t port() const noexcept { return port_; }

private:
    std::list<int> sockets_;
    std::uint16_t port_ = 0;
};

}  // namespace tlspolicy::fakes
