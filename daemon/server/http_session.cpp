#include "server/http_session.hpp"

#include "async/within.hpp"
#include "server/peer.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <cstddef>
#include <string>
#include <utility>

namespace tlspolicy::server {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;
using Stream = beast::basic_stream<asio::generic::stream_protocol, Executor>;
using Parser = http::request_parser<http::string_body>;

constexpr std::size_t first_read = 1024;
constexpr std::size_t farewell_octets = 1024 * 1024;
constexpr std::chrono::seconds farewell_timeout{1};
constexpr std::chrono::seconds crowded_reply_timeout{1};  // for a reply to go, while others wait

/// What to say to a request that cannot be read; nullopt: nobody is there to hear it.
std::optional<HttpResponse> refusal_of(const error_code& failure) {
    if (failure == http::error::end_of_stream || failure == http::error::partial_message) return std::nullopt;
    if (failure == http::error::header_limit || failure == http::error::buffer_overflow)
        return HttpResponse(431, "The header is too long.\n");
    if (failure == http::error::body_limit) return HttpResponse(413, "The body is too long.\n");
    if (failure.category() == http::make_error_code(http::error::bad_method).category())
        return HttpResponse(400, "This is not HTTP/1.1: " + failure.message() + ".\n");
    return std::nullopt;  // timed out, reset, closed
}

template <class Body>
http::response<Body> head_of(const HttpResponse& response, unsigned version, bool keep_alive) {
    http::response<Body> message;
    message.version(version);
    message.result(response.status);
    message.set(http::field::content_type, response.content_type);
    message.set(http::field::cache_control, "no-store");
    message.set("X-Content-Type-Options", "nosniff");
    if (!response.allow.empty()) message.set(http::field::allow, response.allow);
    message.keep_alive(keep_alive);
    message.content_length(response.body.size());
    return message;
}

class BeastSession final : public HttpSession {
public:
    BeastSession(Socket socket, HttpLimits limits, HttpService& service, IsCrowded is_crowded)
        : stream_(std::move(socket)),
          limits_(limits),
          service_(service),
          is_crowded_(std::move(is_crowded)),
          peer_(credentials_of(stream_.socket())),
          buffer_(limits.header_octets + limits.body_octets) {}

    asio::awaitable<void> run() override {
        Then then = Then::go_on;
        while (then == Then::go_on)
            then = co_await exchange();
        if (then == Then::take_leave) co_await take_leave();
    }

    std::optional<Instant> dispensable_from() const noexcept override {
        // What lies there unread came in time: it is this loop that was busy.
        error_code ignored;
        if (reads_request_ && stream_.socket().available(ignored) > 0) return std::nullopt;
        return dispensable_from_;
    }
    void close() override { stream_.close(); }

private:
    enum class Then {
        go_on,
        take_leave,  ///< we are the ones who end it
        drop,        ///< the client is gone, or is to be
    };

    asio::awaitable<Then> exchange() {
        if (has_answered_ && buffer_.size() == 0) {
            const bool more = co_await wait_for_more();
            if (!more) co_return Then::drop;
        }
        dispensable_from_ = std::chrono::steady_clock::now() + limits_.crowded_timeout;
        Parser parser;
        parser.header_limit(static_cast<std::uint32_t>(limits_.header_octets));
        parser.body_limit(limits_.body_octets);
        stream_.expires_after(limits_.request_timeout);
        error_code failure;
        reads_request_ = true;
        co_await http::async_read(stream_, buffer_, parser,
                                  asio::redirect_error(asio::use_awaitable, failure));
        reads_request_ = false;
        if (failure) {
            auto refusal = refusal_of(failure);
            if (!refusal) co_return Then::drop;
            const bool sent = co_await send(std::move(*refusal), 11, false, false);
            co_return sent ? Then::take_leave : Then::drop;
        }
        dispensable_from_.reset();
        const auto& message = parser.get();
        const unsigned version = message.version();
        const bool is_head = message.method() == http::verb::head;
        const bool wants_more = message.keep_alive();
        HttpResponse response = co_await answer(parser);
        has_answered_ = true;
        const bool keep_alive = wants_more && !is_crowded_();
        const bool sent = co_await send(std::move(response), version, keep_alive, is_head);
        if (!sent) co_return Then::drop;
        co_return keep_alive ? Then::go_on : Then::take_leave;
    }

    asio::awaitable<bool> wait_for_more() {
        dispensable_from_ = std::chrono::steady_clock::now();
        stream_.expires_after(limits_.idle_timeout);
        const auto room = buffer_.prepare(first_read);
        error_code failure;
        const std::size_t received =
            co_await stream_.async_read_some(room, asio::redirect_error(asio::use_awaitable, failure));
        buffer_.commit(received);
        co_return !failure;
    }

    asio::awaitable<HttpResponse> answer(Parser& parser) {
        auto& message = parser.get();
        auto target = parse_target({message.target().data(), message.target().size()});
        if (!target) {
            HttpResponse refusal(400, "The target of the request is not a path.\n");
            co_return refusal;
        }
        HttpRequest request(std::string(message.method_string()), std::move(target->path));
        if (message.method() == http::verb::head) request.method = "GET";
        request.query = std::move(target->query);
        request.body = std::move(message.body());
        request.peer = peer_;
        stream_.expires_never();
        auto work = service_.respond(std::move(request));
        auto response = co_await async::within(limits_.answer_timeout, std::move(work));
        if (response) co_return std::move(*response);
        HttpResponse late(503, "This takes too long.\n");
        co_return late;
    }

    asio::awaitable<bool> send(HttpResponse response, unsigned version, bool keep_alive, bool is_head) {
        dispensable_from_ = std::chrono::steady_clock::now() + crowded_reply_timeout;
        stream_.expires_after(limits_.request_timeout);
        error_code failure;
        if (is_head) {
            auto message = head_of<http::empty_body>(response, version, keep_alive);
            co_await http::async_write(stream_, message, asio::redirect_error(asio::use_awaitable, failure));
        } else {
            auto message = head_of<http::string_body>(response, version, keep_alive);
            message.body() = std::move(response.body);
            co_await http::async_write(stream_, message, asio::redirect_error(asio::use_awaitable, failure));
        }
        co_return !failure;
    }

    // A socket that is closed while something lies in it unread is reset, and the client then may lose the
    // reply (RFC 9112, 9.6). Who waits for a place is worth more than that.
    asio::awaitable<void> take_leave() {
        dispensable_from_ = std::chrono::steady_clock::now();
        error_code failure;
        stream_.socket().shutdown(asio::socket_base::shutdown_send, failure);
        stream_.expires_after(farewell_timeout);
        std::size_t heard = 0;
        while (!failure && heard < farewell_octets) {
            buffer_.clear();
            const auto room = buffer_.prepare(buffer_.max_size());
            heard +=
                co_await stream_.async_read_some(room, asio::redirect_error(asio::use_awaitable, failure));
        }
    }

    Stream stream_;
    const HttpLimits limits_;
    HttpService& service_;
    const IsCrowded is_crowded_;
    const std::optional<PeerCredentials> peer_;
    beast::flat_buffer buffer_;
    std::optional<Instant> dispensable_from_;
    bool reads_request_ = false;
    bool has_answered_ = false;
};

}  // namespace

std::unique_ptr<HttpSession> HttpSession::make(Socket socket, HttpLimits limits, HttpService& service,
                                               IsCrowded is_crowded) {
    return std::make_unique<BeastSession>(std::move(socket), limits, service, std::move(is_crowded));
}

}  // namespace tlspolicy::server
