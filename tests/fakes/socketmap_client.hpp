#pragma once

#include "base/ip_address.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tlspolicy::fakes {

/// A client of socketmap_table(5) that blocks, and gives up after ten seconds without progress. Throws
/// std::runtime_error where the system refuses; what the server does, it returns.
class SocketmapClient {
public:
    enum class Window { usual, small };  ///< small: little of what it does not read fits into the system

    static SocketmapClient tcp(const IpAddress& address, std::uint16_t port, Window window = Window::usual);
    static SocketmapClient local(const std::string& path);

    SocketmapClient(SocketmapClient&& other) noexcept;
    SocketmapClient& operator=(SocketmapClient&& other) noexcept;
    ~SocketmapClient();

    /// "19:postfix example.com,"
    static std::string request(std::string_view map, std::string_view key);
    static std::string netstring(std::string_view payload);

    /// False: the server closed the connection before it took everything.
    bool send(std::string_view bytes);
    /// The payload of the next netstring; nullopt: the server closed the connection, or sent something else.
    std::optional<std::string> reply();
    std::optional<std::string> ask(std::string_view map, std::string_view key);
    /// Sends `bytes`, and returns the next `size` octets that come, or what came before the server closed.
    std::string exchange(std::string_view bytes, std::size_t size);
    /// Whether the server closed the connection without a further word.
    bool is_closed();

    void finish_sending();
    /// Leaves with a RST.
    void reset();

private:
    explicit SocketmapClient(int socket) noexcept : socket_(socket) {}
    bool read_more();

    int socket_;
    std::string received_;
};

}  // namespace tlspolicy::fakes
