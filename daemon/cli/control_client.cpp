#include "cli/control_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <optional>
#include <sys/un.h>
#include <utility>

namespace tlspolicy::cli {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Stream = beast::basic_stream<asio::local::stream_protocol>;
using Request = http::request<http::empty_body>;
using Response = http::response<http::string_body>;

constexpr std::size_t body_limit = 16 * 1024 * 1024;  // a page of the longest list takes some hundred KiB

Error no_connection(const std::string& socket, const error_code& code) {
    const auto words = [&]() -> std::string {
        if (code == boost::system::errc::no_such_file_or_directory)
            return "there is no such socket: tlspolicyd does not run, or its setting \"control\" is off or "
                   "names another socket (options --config, --socket)";
        if (code == boost::system::errc::connection_refused)
            return "nobody listens there: tlspolicyd does not run; start it, or see its log why it ended";
        if (code == boost::system::errc::permission_denied)
            return "permission denied: run this as root or as a member of the socket's group";
        return code.message();
    }();
    return {ErrorKind::system, fmt::format("{}: {}", socket, words)};
}

Error no_answer(const std::string& socket, const error_code& code) {
    const std::string words =
        code == beast::error::timeout ? "tlspolicyd does not answer in time" : "no answer: " + code.message();
    return {ErrorKind::system, fmt::format("{}: {}", socket, words)};
}

/// The whole exchange under one deadline; the error of whatever failed, or the response in `response`.
asio::awaitable<std::optional<Error>> exchange(const std::string& socket, Request request, Duration limit,
                                               Response& response) {
    Stream stream(co_await asio::this_coro::executor);
    stream.expires_after(limit);
    error_code code;
    const asio::local::stream_protocol::endpoint endpoint(socket);
    co_await stream.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, code));
    if (code) co_return no_connection(socket, code);
    co_await http::async_write(stream, request, asio::redirect_error(asio::use_awaitable, code));
    if (code) co_return no_answer(socket, code);
    beast::flat_buffer buffer;
    http::response_parser<http::string_body> parser;
    parser.body_limit(body_limit);
    co_await http::async_read(stream, buffer, parser, asio::redirect_error(asio::use_awaitable, code));
    if (code) co_return no_answer(socket, code);
    response = parser.release();
    co_return std::nullopt;
}

Result<ControlReply> read(const std::string& socket, const Response& response) {
    error_code code;
    auto body = boost::json::parse(response.body(), code);
    if (code || !body.is_object())
        return Error(ErrorKind::syntax,
                     fmt::format("{}: HTTP status {} with a body that is no JSON object: is this the control "
                                 "socket of tlspolicyd?",
                                 socket, response.result_int()));
    return ControlReply{response.result_int(), std::move(body.as_object())};
}

}  // namespace

Result<ControlReply> ask_daemon(const std::string& socket, std::string_view method, const std::string& target,
                                Duration limit) {
    if (socket.size() >= sizeof(sockaddr_un::sun_path))
        return Error(ErrorKind::system, socket + ": longer than the path of a socket can be");
    Request request(http::string_to_verb(method), target, 11);
    request.set(http::field::host, "localhost");
    request.set(http::field::connection, "close");
    request.prepare_payload();

    asio::io_context context;
    std::optional<Error> failure;
    Response response;
    asio::co_spawn(context, exchange(socket, std::move(request), limit, response),
                   [&](const std::exception_ptr& thrown, std::optional<Error> outcome) {
                       if (thrown) std::rethrow_exception(thrown);
                       failure = std::move(outcome);
                   });
    context.run();
    if (failure) return *failure;
    return read(socket, response);
}

}  // namespace tlspolicy::cli
