#include "https/attempt.hpp"

#include "base/version.hpp"
#include "https/policy_response.hpp"
#include "https/proxy_tunnel.hpp"
#include "tls/connection.hpp"
#include "tls/context.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/system/system_error.hpp>
#include <fmt/format.h>

#include <optional>

namespace tlspolicy::https {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using TlsStream = asio::ssl::stream<beast::tcp_stream>;

std::string with_port(const IpAddress& address, std::uint16_t port) {
    if (address.is_v4()) return fmt::format("{}:{}", address.text(), port);
    return fmt::format("[{}]:{}", address.text(), port);
}

/// It is this machine that has no room for another connection. (That it has no address of the family is said
/// as EADDRNOTAVAIL, and is no such want.)
bool is_own_want(const error_code& error) {
    using namespace boost::system::errc;
    return error == too_many_files_open || error == too_many_files_open_in_system || error == no_buffer_space
           || error == not_enough_memory;
}

/// One attempt; its parts are called in turn, and each says what went wrong, if anything.
class Attempt {
public:
    Attempt(const asio::any_io_executor& network, const Target& target, const IpAddress& address,
            const Deadline& deadline, AttemptTrace* trace)
        : target_(target), address_(address), deadline_(deadline), trace_(trace), tcp_(network) {
        const auto& proxy = target.settings->proxy;
        if (proxy) proxy_name_ = "proxy " + with_port(address, proxy->port);
        peer_ = proxy ? fmt::format("{} through {}", target.host, proxy_name_) : address.text();
        verdict_.host = target.host;
        if (trace != nullptr) verdict_.presented = &trace->chain;
    }

    asio::awaitable<AttemptOutcome> run() {
        tcp_.expires_at(deadline_.at);
        auto failed = co_await connect();
        if (failed) co_return std::move(*failed);
        if (target_.settings->proxy) {
            failed = co_await open_tunnel();
            if (failed) co_return std::move(*failed);
        }
        failed = co_await handshake();
        if (failed) co_return std::move(*failed);
        failed = co_await send_request();
        if (failed) co_return std::move(*failed);
        auto outcome = co_await read_response();
        co_return outcome;
    }

private:
    using Failure = std::optional<FailedAttempt>;

    /// `doing` is what the time-out's words end in, `what` what any other error's begin with.
    FailedAttempt failure(Stage stage, const error_code& error, std::string_view doing,
                          std::string_view what) const {
        if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
        if (error == beast::error::timeout) return {stage, deadline_.passed(doing), true};
        const auto kind = is_own_want(error) ? ErrorKind::system : ErrorKind::fetch;
        return {stage, Error(kind, fmt::format("{}: {}", what, tls::words_for(error)))};
    }

    asio::awaitable<Failure> connect() {
        const auto& proxy = target_.settings->proxy;
        const tcp::endpoint endpoint =
            tls::endpoint_of(address_, proxy ? proxy->port : target_.settings->port);
        error_code error;
        co_await tcp_.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
        if (!error) {
            // The request follows the handshake's last flight at once: Nagle would hold it back for an ACK.
            tcp_.socket().set_option(tcp::no_delay(true), error);
            co_return std::nullopt;
        }
        const std::string where = "connecting to " + (proxy ? proxy_name_ : peer_);
        co_return failure(tls::no_route(error) ? Stage::unreachable : Stage::connect, error, "while " + where,
                          where);
    }

    asio::awaitable<Failure> open_tunnel() {
        const std::string request =
            connect_request(*target_.settings->proxy, target_.host, target_.settings->port);
        error_code error;
        co_await asio::async_write(tcp_, asio::buffer(request),
                                   asio::redirect_error(asio::use_awaitable, error));
        std::string reply(max_proxy_reply, '\0');
        std::size_t filled = 0;
        while (!error) {
            const auto space = asio::buffer(reply) + filled;
            const std::size_t count =
                co_await tcp_.async_read_some(space, asio::redirect_error(asio::use_awaitable, error));
            if (error) break;
            filled += count;
            const auto judged = judge_reply(std::string_view(reply).substr(0, filled), proxy_name_);
            if (!judged) continue;
            if (judged->has_error()) co_return FailedAttempt{Stage::connect, judged->error()};
            co_return std::nullopt;
        }
        co_return failure(Stage::connect, error, "waiting for " + proxy_name_, proxy_name_);
    }

    asio::awaitable<Failure> handshake() {
        tls::SslHandle ssl = tls::new_client(*target_.tls, verdict_);
        if (ssl == nullptr) throw std::bad_alloc();
        tls_.emplace(std::move(tcp_), ssl.get());
        ssl.release();  // the stream frees it
        error_code error;
        co_await tls_->async_handshake(TlsStream::client, asio::redirect_error(asio::use_awaitable, error));
        if (!error || !verdict_.failure.empty()) trace_session();
        if (!error) co_return std::nullopt;
        if (!verdict_.failure.empty())
            co_return FailedAttempt{Stage::certificate, Error(ErrorKind::webpki, verdict_.failure)};
        co_return failure(Stage::handshake, error, "during the TLS handshake with " + peer_,
                          "TLS handshake with " + peer_);
    }

    asio::awaitable<Failure> send_request() {
        // RFC 8461, 3.3. Accept-Encoding is left out: a policy is read as it stands.
        const std::string request = fmt::format(
            "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: {}\r\nUser-Agent: tlspolicyd/{}\r\n"
            "Connection: close\r\n\r\n",
            target_.host, version());
        error_code error;
        co_await asio::async_write(*tls_, asio::buffer(request),
                                   asio::redirect_error(asio::use_awaitable, error));
        if (!error) co_return std::nullopt;
        co_return failure(Stage::response, error, "sending the request to " + peer_, "request to " + peer_);
    }

    asio::awaitable<AttemptOutcome> read_response() {
        PolicyResponse response(target_.settings->max_policy_size);
        const std::string what = "response from " + peer_;
        for (;;) {
            const auto space = response.space();
            const asio::mutable_buffer into(space.data(), space.size());
            error_code error;
            const std::size_t count =
                co_await tls_->async_read_some(into, asio::redirect_error(asio::use_awaitable, error));
            if (error && !tls::has_ended(error))
                co_return failure(Stage::response, error, "waiting for the " + what, what);
            auto progress =
                !error ? response.received(count)
                       : response.ended(error == asio::error::eof ? PolicyResponse::Ending::close_notify
                                                                  : PolicyResponse::Ending::abrupt);
            trace_header(response);
            if (auto* policy = std::get_if<std::string>(&progress)) co_return std::move(*policy);
            if (auto* bad = std::get_if<BadResponse>(&progress)) {
                if (bad->verdict == BadResponse::Verdict::answered)
                    co_return FailedAttempt{Stage::answered, std::move(bad->error)};
                co_return FailedAttempt{Stage::response, bad->error.in(what)};
            }
        }
    }

    void trace_session() {
        if (trace_ == nullptr) return;
        trace_->tls_version = SSL_get_version(tls_->native_handle());
        trace_->cipher = SSL_get_cipher_name(tls_->native_handle());
    }

    void trace_header(const PolicyResponse& response) {
        if (trace_ == nullptr || trace_->http_status != 0) return;
        trace_->http_status = response.status();
        trace_->fields = response.fields();
    }

    const Target& target_;
    IpAddress address_;
    Deadline deadline_;
    AttemptTrace* trace_;
    std::string proxy_name_;
    std::string peer_;
    tls::CertificateVerdict verdict_;
    beast::tcp_stream tcp_;
    std::optional<TlsStream> tls_;
};

}  // namespace

Error Deadline::passed(std::string_view doing) const {
    return {ErrorKind::fetch, fmt::format("time-out after {} ms {}", since_start.count(), doing)};
}

asio::awaitable<AttemptOutcome> attempt(asio::any_io_executor network, const Target& target,
                                        IpAddress address, Deadline deadline, AttemptTrace* trace) {
    Attempt one(network, target, address, deadline, trace);
    auto outcome = co_await one.run();
    co_return outcome;
}

}  // namespace tlspolicy::https
