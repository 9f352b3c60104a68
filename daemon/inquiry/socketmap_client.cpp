#include "inquiry/socketmap_client.hpp"

#include "postfix/netstring.hpp"
#include "postfix/socketmap.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <fmt/format.h>

#include <array>
#include <optional>
#include <sys/un.h>
#include <utility>

namespace tlspolicy::inquiry {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;
using Stream = boost::beast::basic_stream<asio::generic::stream_protocol>;
using Endpoint = asio::generic::stream_protocol::endpoint;

constexpr std::size_t piece = 4096;

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

std::string framed(std::string_view map, std::string_view key) {
    return fmt::format("{}:{} {},", map.size() + 1 + key.size(), map, key);
}

}  // namespace

class SocketmapClient::Connection {
public:
    explicit Connection(const asio::any_io_executor& executor) : stream_(executor) {}

    asio::awaitable<error_code> connect(Endpoint endpoint, Duration limit) {
        error_code code;
        stream_.expires_after(limit);
        co_await stream_.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, code));
        co_return code;
    }

    /// nullopt: the server had closed the connection before it answered.
    asio::awaitable<std::optional<Result<std::string>>> ask(std::string request, Duration limit) {
        error_code code;
        stream_.expires_after(limit);
        const auto whole = asio::buffer(request);
        co_await asio::async_write(stream_, whole, asio::redirect_error(asio::use_awaitable, code));
        std::string received;
        while (!code) {
            const auto decoded = postfix::decode_netstring(received, postfix::max_reply);
            if (const auto* frame = std::get_if<postfix::Frame>(&decoded))
                co_return Result<std::string>(std::string(frame->payload));
            if (const auto* malformed = std::get_if<postfix::Malformed>(&decoded))
                co_return Result<std::string>(
                    Error(ErrorKind::system, fmt::format("a malformed reply: {}", malformed->why)));
            std::array<char, piece> room{};
            const auto space = asio::buffer(room);
            const std::size_t count =
                co_await stream_.async_read_some(space, asio::redirect_error(asio::use_awaitable, code));
            received.append(room.data(), count);
        }
        late_ = code == boost::beast::error::timeout;
        if (received.empty() && !late_) co_return std::nullopt;
        co_return Result<std::string>(Error(ErrorKind::system, code.message()));
    }

    /// The last reply did not come in time.
    bool is_late() const noexcept { return late_; }

private:
    Stream stream_;
    bool late_ = false;
};

SocketmapClient::SocketmapClient(asio::any_io_executor executor, Server server, Patience patience)
    : executor_(std::move(executor)), server_(std::move(server)), patience_(patience) {}

SocketmapClient::~SocketmapClient() = default;

asio::awaitable<Result<void>> SocketmapClient::connect() {
    if (const auto* local = std::get_if<server::UnixEndpoint>(&server_);
        local != nullptr && local->path.size() >= sizeof sockaddr_un{}.sun_path)
        co_return Error(ErrorKind::system, "the path of the socket is too long").in(text_of(server_));
    connection_ = std::make_unique<Connection>(executor_);
    const Endpoint endpoint = std::visit(ToEndpoint{}, server_);
    const error_code code = co_await connection_->connect(endpoint, patience_.connect);
    if (!code) co_return Result<void>();
    connection_.reset();
    co_return Error(ErrorKind::system, code.message()).in(text_of(server_));
}

asio::awaitable<Result<std::string>> SocketmapClient::ask(std::string map, std::string key) {
    const std::string request = framed(map, key);
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (!connection_) {
            const auto connected = co_await connect();
            reachable_ = connected.has_value();
            if (!connected) co_return connected.error();
        }
        auto reply = co_await connection_->ask(request, patience_.reply);
        reachable_ = !connection_->is_late();
        if (reply && *reply) co_return std::move(**reply);
        connection_.reset();
        if (reply) co_return reply->error().in(text_of(server_));
    }
    co_return Error(ErrorKind::system, "it closes the connection").in(text_of(server_));
}

std::string text_of(const SocketmapClient::Server& server) {
    if (const auto* local = std::get_if<server::UnixEndpoint>(&server)) return "unix:" + local->path;
    const auto& tcp = std::get<server::TcpEndpoint>(server);
    return fmt::format("{}{}{}:{}", tcp.address.is_v4() ? "" : "[", tcp.address.text(),
                       tcp.address.is_v4() ? "" : "]", tcp.port);
}

}  // namespace tlspolicy::inquiry
