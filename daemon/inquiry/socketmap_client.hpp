#pragma once

#include "base/error.hpp"
#include "server/settings.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <memory>
#include <string>
#include <variant>

namespace tlspolicy::inquiry {

/// Asks a socketmap server as Postfix does: over one connection that it keeps, and once more over a new one
/// where the server has closed that (dict_sockmap.c).
class SocketmapClient {
public:
    using Server = std::variant<server::TcpEndpoint, server::UnixEndpoint>;

    SocketmapClient(boost::asio::any_io_executor executor, Server server);
    ~SocketmapClient();

    /// The reply without its frame, within 100 s. One question at a time.
    boost::asio::awaitable<Result<std::string>> ask(std::string map, std::string key);

private:
    class Connection;
    boost::asio::awaitable<Result<void>> connect();

    boost::asio::any_io_executor executor_;
    Server server_;
    std::unique_ptr<Connection> connection_;
};

/// "127.0.0.1:8461", "unix:/run/tlspolicyd/socketmap".
std::string text_of(const SocketmapClient::Server& server);

}  // namespace tlspolicy::inquiry
