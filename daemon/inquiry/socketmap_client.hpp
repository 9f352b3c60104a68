#pragma once

#include "base/clock.hpp"
#include "base/error.hpp"
#include "inquiry/table_connection.hpp"
#include "server/settings.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tlspolicy::inquiry {

/// nullopt: the path is longer than that of a socket can be.
std::optional<TableConnection::Endpoint> endpoint_of(const server::Endpoint& server);

/// "19:postfix example.com,"
std::string socketmap_request(std::string_view map, std::string_view key);

struct SocketmapPatience {
    Duration connect = std::chrono::seconds(10);
    Duration reply = std::chrono::seconds(100);  ///< Postfix's own
};

/// Asks a socketmap server as Postfix does: over one connection that it keeps, and once more over a new one
/// where the server has closed that (dict_sockmap.c).
class SocketmapClient {
public:
    using Server = server::Endpoint;
    using Patience = SocketmapPatience;

    SocketmapClient(boost::asio::any_io_executor executor, Server server, Patience patience = {});

    /// The reply without its frame. One question at a time.
    boost::asio::awaitable<Result<std::string>> ask(std::string map, std::string key);
    /// False: at the last question nobody took the connection, or nothing came in time.
    bool is_reachable() const noexcept { return reachable_; }

private:
    boost::asio::awaitable<Result<void>> connect();

    boost::asio::any_io_executor executor_;
    Server server_;
    Patience patience_;
    bool reachable_ = true;
    std::unique_ptr<TableConnection> connection_;
};

}  // namespace tlspolicy::inquiry
