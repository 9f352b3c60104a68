#include "inquiry/socketmap_client.hpp"

#include "server/listening_socket.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <fmt/format.h>

#include <sys/un.h>
#include <utility>

namespace tlspolicy::inquiry {
namespace {

namespace asio = boost::asio;
using Endpoint = TableConnection::Endpoint;

struct ToEndpoint {
    Endpoint operator()(const server::TcpEndpoint& tcp) const {
        if (tcp.address.is_v4()) {
            const auto octets = tcp.address.v4_octets();
            return asio::ip::tcp::endpoint(asio::ip::address_v4(octets), tcp.port);
        }
        return asio::ip::tcp::endpoint(asio::ip::address_v6(tcp.address.octets()), tcp.port);
    }
    Endpoint operator()(const server::UnixEndpoint& local) const {
        return asio::local::stream_protocol::endpoint(local.path);
    }
};

}  // namespace

std::optional<Endpoint> endpoint_of(const server::Endpoint& server) {
    const auto* local = std::get_if<server::UnixEndpoint>(&server);
    if (local != nullptr && local->path.size() >= sizeof sockaddr_un{}.sun_path) return std::nullopt;
    return std::visit(ToEndpoint{}, server);
}

std::string socketmap_request(std::string_view map, std::string_view key) {
    return fmt::format("{}:{} {},", map.size() + 1 + key.size(), map, key);
}

SocketmapClient::SocketmapClient(asio::any_io_executor executor, Server server, Patience patience)
    : executor_(std::move(executor)), server_(std::move(server)), patience_(patience) {}

asio::awaitable<Result<void>> SocketmapClient::connect() {
    const auto endpoint = endpoint_of(server_);
    if (!endpoint)
        co_return Error(ErrorKind::system, "the path of the socket is too long").in(name_of(server_));
    connection_ = std::make_unique<TableConnection>(executor_);
    const auto code = co_await connection_->connect(*endpoint, patience_.connect);
    reachable_ = !code;
    if (!code) co_return Result<void>();
    connection_.reset();
    co_return Error(ErrorKind::system, code.message()).in(name_of(server_));
}

asio::awaitable<Result<std::string>> SocketmapClient::ask(std::string map, std::string key) {
    const std::string request = socketmap_request(map, key);
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (!connection_) {
            const auto connected = co_await connect();
            if (!connected) co_return connected.error();
        }
        auto heard = co_await connection_->ask(request, socketmap_reply, patience_.reply);
        reachable_ = !heard.late;
        if (heard.message && *heard.message) co_return std::move(*heard.message);
        connection_.reset();
        if (heard.message) co_return heard.message->error().in(name_of(server_));
        if (!heard.received.empty() || heard.late)
            co_return Error(ErrorKind::system, heard.ended.message()).in(name_of(server_));
    }
    co_return Error(ErrorKind::system, "it closes the connection").in(name_of(server_));
}

}  // namespace tlspolicy::inquiry
