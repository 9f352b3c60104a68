#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "server/settings.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <variant>

namespace tlspolicy::inquiry {

struct SocketmapPatience {
    Duration connect = std::chrono::seconds(10);
    Duration reply = std::chrono::seconds(100);  ///< Postfix's own
};

/// Asks a socketmap server as Postfix does: over one connection that it keeps, and once more over a new one
/// where the server has closed that (dict_sockmap.c).
class SocketmapClient {
public:
    using Server = std::variant<server::TcpEndpoint, server::UnixEndpoint>;

    using Patience = SocketmapPatience;

    SocketmapClient(boost::asio::any_io_executor executor, Server server, Patience patience = {});
    ~SocketmapClient();

    /// The reply without its frame. One question at a time.
    boost::asio::awaitable<Result<std::string>> ask(std::string map, std::string key);
    /// False: at the last question nobody took the connection, or nothing came in time.
    bool is_reachable() const noexcept { return reachable_; }

private:
    class Connection;
    boost::asio::awaitable<Result<void>> connect();

    boost::asio::any_io_executor executor_;
    Server server_;
    Patience patience_;
    bool reachable_ = true;
    std::unique_ptr<Connection> connection_;
};

/// "127.0.0.1:8461", "unix:/run/tlspolicyd/socketmap".
std::string text_of(const SocketmapClient::Server& server);

}  // namespace tlspolicy::inquiry
