#include "bench/internet/https_server.hpp"

#include "bench/internet/names.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <memory>

namespace tlspolicy::bench {

namespace asio = boost::asio;
namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

std::string server_name(const SSL* connection) {
    const char* name = SSL_get_servername(connection, TLSEXT_NAMETYPE_host_name);
    return name == nullptr ? std::string{} : std::string(name);
}

/// SSL_CTX_set_cert_cb: the certificate of the name asked for.
int choose_certificate(SSL* connection, void* authority) {
    const std::string name = server_name(connection);
    auto& minter = *static_cast<Authority*>(authority);
    X509* certificate = parse_name(name) ? minter.certificate_for(name) : nullptr;
    if (certificate == nullptr) return 0;
    return SSL_use_certificate(connection, certificate) == 1
                   && SSL_use_PrivateKey(connection, minter.leaf_key()) == 1
               ? 1
               : 0;
}

class PolicySession : public std::enable_shared_from_this<PolicySession> {
public:
    PolicySession(tcp::socket socket, ssl::context& tls, std::uint64_t texts,
                  std::chrono::milliseconds latency)
        : stream_(std::move(socket), tls), pause_(stream_.get_executor()), texts_(texts), latency_(latency) {}

    void start() {
        after_latency([this] { handshake(); });
    }

private:
    template <class Step>
    void after_latency(Step step) {
        if (latency_.count() == 0) return step();
        pause_.expires_after(latency_);
        pause_.async_wait([self = shared_from_this(), step](error_code) { step(); });
    }

    void handshake() {
        stream_.async_handshake(ssl::stream_base::server, [self = shared_from_this()](error_code error) {
            if (!error) self->read_request();
        });
    }

    void read_request() {
        asio::async_read_until(stream_, asio::dynamic_buffer(request_, 8192), "\r\n\r\n",
                               [self = shared_from_this()](error_code error, std::size_t) {
                                   if (!error) self->after_latency([s = self.get()] { s->respond(); });
                               });
    }

    void respond() {
        const auto name = parse_name(server_name(stream_.native_handle()));
        const std::string body = policy_text(name ? name->number : 0, texts_);
        const bool found = request_.rfind("GET /.well-known/mta-sts.txt HTTP/1.1\r\n", 0) == 0;
        response_ = found ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 404 Not Found\r\n";
        response_ += "Content-Type: text/plain\r\nContent-Length: " + std::to_string(body.size())
                     + "\r\nConnection: close\r\n\r\n" + body;
        asio::async_write(stream_, asio::buffer(response_),
                          [self = shared_from_this()](error_code error, std::size_t) {
                              if (!error) self->finish();
                          });
    }

    /// close_notify, then wait for the client's or its end of the connection.
    void finish() {
        stream_.async_shutdown([self = shared_from_this()](error_code) {});
    }

    ssl::stream<tcp::socket> stream_;
    asio::steady_timer pause_;
    std::uint64_t texts_;
    std::chrono::milliseconds latency_;
    std::string request_;
    std::string response_;
};

class MuteSession : public std::enable_shared_from_this<MuteSession> {
public:
    explicit MuteSession(tcp::socket socket) : socket_(std::move(socket)) {}

    void swallow() {
        socket_.async_read_some(asio::buffer(ignored_),
                                [self = shared_from_this()](error_code error, std::size_t) {
                                    if (!error) self->swallow();
                                });
    }

private:
    tcp::socket socket_;
    std::array<char, 2048> ignored_;
};

}  // namespace

HttpsServer::HttpsServer(asio::io_context& context, const tcp::endpoint& endpoint, Authority& authority,
                         std::uint64_t policy_texts, std::chrono::milliseconds latency)
    : context_(context),
      acceptor_(context, endpoint),
      tls_(ssl::context::tls_server),
      policy_texts_(policy_texts),
      latency_(latency) {
    SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_3_VERSION);
    SSL_CTX_set_cert_cb(tls_.native_handle(), choose_certificate, &authority);
    accept();
}

void HttpsServer::accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
        if (!error) {
            socket.set_option(tcp::no_delay(true), error);
            std::make_shared<PolicySession>(std::move(socket), tls_, policy_texts_, latency_)->start();
        }
        if (error != asio::error::operation_aborted) accept();
    });
}

MuteServer::MuteServer(asio::io_context& context, const tcp::endpoint& endpoint)
    : acceptor_(context, endpoint) {
    accept();
}

void MuteServer::accept() {
    acceptor_.async_accept([this](error_code error, tcp::socket socket) {
        if (!error) std::make_shared<MuteSession>(std::move(socket))->swallow();
        if (error != asio::error::operation_aborted) accept();
    });
}

}  // namespace tlspolicy::bench
