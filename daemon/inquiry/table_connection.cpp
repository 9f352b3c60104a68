#include "inquiry/table_connection.hpp"

#include "postfix/netstring.hpp"
#include "postfix/socketmap.hpp"
#include "postfix/tcp_table.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>

#include <array>
#include <variant>

namespace tlspolicy::inquiry {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t piece = 4096;

Result<std::string> malformed(const postfix::Malformed& reply) {
    return Error(ErrorKind::system, fmt::format("a malformed reply: {}", reply.why));
}

}  // namespace

std::optional<Result<std::string>> socketmap_reply(std::string_view received) {
    const auto decoded = postfix::decode_netstring(received, postfix::max_reply);
    if (const auto* frame = std::get_if<postfix::Frame>(&decoded)) return std::string(frame->payload);
    if (const auto* wrong = std::get_if<postfix::Malformed>(&decoded)) return malformed(*wrong);
    return std::nullopt;
}

std::optional<Result<std::string>> tcp_table_reply(std::string_view received) {
    const auto decoded = postfix::decode_line(received);
    if (const auto* line = std::get_if<postfix::Line>(&decoded)) return std::string(line->text);
    if (const auto* wrong = std::get_if<postfix::Malformed>(&decoded)) return malformed(*wrong);
    return std::nullopt;
}

asio::awaitable<error_code> TableConnection::connect(Endpoint endpoint, Duration limit) {
    error_code code;
    stream_.expires_after(limit);
    co_await stream_.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, code));
    co_return code;
}

asio::awaitable<TableConnection::Heard> TableConnection::ask(std::string request, Decode decode,
                                                             Duration limit) {
    Heard heard;
    stream_.expires_after(limit);
    const auto whole = asio::buffer(request);
    co_await asio::async_write(stream_, whole, asio::redirect_error(asio::use_awaitable, heard.ended));
    while (!heard.ended) {
        std::array<char, piece> room{};
        const auto space = asio::buffer(room);
        const std::size_t count =
            co_await stream_.async_read_some(space, asio::redirect_error(asio::use_awaitable, heard.ended));
        heard.received.append(room.data(), count);
        heard.message = decode(heard.received);
        if (heard.message) break;
    }
    heard.late = heard.ended == boost::beast::error::timeout;
    co_return heard;
}

}  // namespace tlspolicy::inquiry
