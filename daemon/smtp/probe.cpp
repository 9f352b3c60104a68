#include "smtp/probe.hpp"

#include "smtp/reply.hpp"
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

#include <array>
#include <new>

namespace tlspolicy::smtp {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using boost::system::error_code;
using TlsStream = asio::ssl::stream<beast::tcp_stream>;

/// RFC 5321, 4.1.3: who has no name says where he comes from.
std::string address_literal(const asio::ip::address& address) {
    if (address.is_v4()) return fmt::format("[{}]", address.to_string());
    return fmt::format("[IPv6:{}]", address.to_string());
}

/// A server that has no more to say may end the connection in any way.
std::string words_for(const error_code& error) {
    if (error == asio::error::connection_reset || error == asio::error::broken_pipe)
        return "connection closed";
    return tls::words_for(error);
}

/// One probe; its parts are called in turn, and each says whether the next has a turn.
class Probe {
public:
    Probe(const asio::any_io_executor& network, std::shared_ptr<SSL_CTX> context, Settings settings,
          std::string host, const IpAddress& address)
        : context_(std::move(context)), settings_(std::move(settings)), address_(address), tcp_(network) {
        verdict_.host = std::move(host);
    }

    asio::awaitable<Probed> run() {
        tcp_.expires_after(settings_.timeout);
        bool go_on = co_await connect();
        if (go_on) go_on = co_await greet();
        if (go_on) go_on = co_await start_tls();
        if (go_on) go_on = co_await handshake();
        if (go_on) co_await quit(*tls_);
        co_return std::move(probed_);
    }

private:
    bool fail(Step step, std::string message) {
        probed_.step = step;
        probed_.failure = Error(ErrorKind::fetch, std::move(message));
        return false;
    }

    bool fail(Step step, const error_code& error, std::string_view doing) {
        if (error == asio::error::operation_aborted) throw boost::system::system_error(error);
        if (error == beast::error::timeout)
            return fail(step, fmt::format("time-out after {} ms {}", settings_.timeout.count(), doing));
        return fail(step, fmt::format("{}: {}", doing, words_for(error)));
    }

    asio::awaitable<bool> connect() {
        const tcp::endpoint endpoint = tls::endpoint_of(address_, settings_.port);
        error_code error;
        co_await tcp_.async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return fail(step_of(error), error, "connecting");
        const auto local = tcp_.socket().local_endpoint(error);
        helo_ = !settings_.helo.empty() ? settings_.helo : address_literal(local.address());
        co_return true;
    }

    asio::awaitable<bool> greet() {
        auto greeting = co_await read_reply(tcp_, Step::greeting, "waiting for the greeting");
        if (!greeting) co_return false;
        if (!greeting->positive())
            co_return fail(Step::greeting, "the server greets with \"" + smtp::words_for(*greeting) + '"');
        const std::string hello = "EHLO " + helo_ + "\r\n";
        auto reply = co_await ask(hello, Step::ehlo, "waiting for the reply to EHLO");
        if (!reply) co_return false;
        if (!reply->positive()) {
            fail(Step::ehlo, "the server answers EHLO with \"" + smtp::words_for(*reply) + '"');
        } else if (!offers(*reply, "STARTTLS")) {
            probed_.step = Step::no_starttls;
        } else {
            co_return true;
        }
        co_await quit(tcp_);
        co_return false;
    }

    asio::awaitable<bool> start_tls() {
        const std::string command = "STARTTLS\r\n";
        auto reply = co_await ask(command, Step::starttls, "waiting for the reply to STARTTLS");
        if (!reply) co_return false;
        if (reply->code != 220) {  // RFC 3207, 4
            fail(Step::starttls, "the server answers STARTTLS with \"" + smtp::words_for(*reply) + '"');
            co_await quit(tcp_);
            co_return false;
        }
        // What comes unencrypted after the reply is nobody's word: whoever sits on the way can add it.
        if (!buffered_.empty())
            co_return fail(Step::starttls, "more plain text follows the server's reply to STARTTLS");
        co_return true;
    }

    asio::awaitable<bool> handshake() {
        tls::SslHandle ssl = tls::new_client(*context_, verdict_);
        if (ssl == nullptr) throw std::bad_alloc();
        take_anything(*ssl);
        tls_.emplace(std::move(tcp_), ssl.get());
        ssl.release();  // the stream frees it
        error_code error;
        co_await tls_->async_handshake(TlsStream::client, asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return fail(Step::handshake, error, "in the TLS handshake");
        SSL* const session = tls_->native_handle();
        probed_.tls_version = SSL_get_version(session);
        probed_.cipher = SSL_get_cipher_name(session);
        probed_.chain = tls::chain_of(SSL_get_peer_cert_chain(session));
        co_return true;
    }

    /// A probe is to tell of an old version or an untrusted certificate, not to fail of it.
    static void take_anything(SSL& ssl) {
        SSL_set_verify(&ssl, SSL_VERIFY_NONE, nullptr);
        SSL_set_security_level(&ssl, 0);
        SSL_set_min_proto_version(&ssl, TLS1_VERSION);
        SSL_set_cipher_list(&ssl, "DEFAULT:@SECLEVEL=0");
    }

    /// What becomes of it does not matter.
    template <class Stream>
    asio::awaitable<void> quit(Stream& stream) {
        constexpr std::string_view command = "QUIT\r\n";
        error_code error;
        co_await asio::async_write(stream, asio::buffer(command),
                                   asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return;
        std::array<char, 512> farewell{};
        const auto into = asio::buffer(farewell);
        co_await stream.async_read_some(into, asio::redirect_error(asio::use_awaitable, error));
    }

    asio::awaitable<std::optional<Reply>> ask(const std::string& command, Step step, std::string_view doing) {
        error_code error;
        co_await asio::async_write(tcp_, asio::buffer(command),
                                   asio::redirect_error(asio::use_awaitable, error));
        if (error) {
            fail(step, error, doing);
            co_return std::nullopt;
        }
        auto reply = co_await read_reply(tcp_, step, doing);
        co_return reply;
    }

    asio::awaitable<std::optional<Reply>> read_reply(beast::tcp_stream& stream, Step step,
                                                     std::string_view doing) {
        std::array<char, 4096> space{};
        for (;;) {
            auto decoded = decode_reply(buffered_);
            if (auto* reply = std::get_if<Reply>(&decoded)) {
                buffered_.erase(0, reply->size);
                co_return std::move(*reply);
            }
            if (const auto* none = std::get_if<NoReply>(&decoded)) {
                fail(step, fmt::format("{}: {}", doing, none->why));
                co_return std::nullopt;
            }
            error_code error;
            const auto into = asio::buffer(space);
            const std::size_t count =
                co_await stream.async_read_some(into, asio::redirect_error(asio::use_awaitable, error));
            if (error) {
                fail(step, error, doing);
                co_return std::nullopt;
            }
            buffered_.append(space.data(), count);
        }
    }

    std::shared_ptr<SSL_CTX> context_;
    Settings settings_;
    IpAddress address_;
    Probed probed_;
    std::string helo_;
    std::string buffered_;  ///< what has come and is not yet part of a reply
    tls::CertificateVerdict verdict_;
    beast::tcp_stream tcp_;
    std::optional<TlsStream> tls_;
};

}  // namespace

Step step_of(const error_code& error) noexcept {
    if (error == beast::error::timeout || error == asio::error::timed_out) return Step::timed_out;
    if (error == asio::error::connection_refused || error == asio::error::connection_reset)
        return Step::refused;
    return tls::no_route(error) ? Step::unreachable : Step::not_from_here;
}

asio::awaitable<Probed> probe(asio::any_io_executor network, std::shared_ptr<SSL_CTX> context,
                              Settings settings, std::string host, IpAddress address) {
    Probe one(network, std::move(context), std::move(settings), std::move(host), address);
    auto probed = co_await one.run();
    co_return probed;
}

}  // namespace tlspolicy::smtp
