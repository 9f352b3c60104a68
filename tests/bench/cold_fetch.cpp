#include "bench/cold_fetch.hpp"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace tlspolicy::bench {
namespace {

/// True: `response` is whole, by its Content-Length.
bool complete(const std::string& response) {
    const auto head = response.find("\r\n\r\n");
    const auto field = response.find("Content-Length: ");
    if (head == std::string::npos || field == std::string::npos || field > head) return false;
    return response.size() >= head + 4 + std::stoul(response.substr(field + 16, 10));
}

bool is_policy(const std::string& response) {
    const auto head = response.find("\r\n\r\n");
    return response.rfind("HTTP/1.1 200 ", 0) == 0 && head != std::string::npos
           && response.compare(head + 4, 14, "version: STSv1") == 0;
}

}  // namespace

void FreeSsl::operator()(SSL* connection) const noexcept {
    SSL_free(connection);
}

void FreeSsl::operator()(SSL_CTX* context) const noexcept {
    SSL_CTX_free(context);
}

SslContext verifying_context(const std::string& root_file) {
    SslContext context(SSL_CTX_new(TLS_client_method()));
    if (!context || SSL_CTX_load_verify_file(context.get(), root_file.c_str()) != 1)
        throw std::runtime_error("no roots in " + root_file);
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_min_proto_version(context.get(), TLS1_3_VERSION);
    return context;
}

ColdFetch::ColdFetch(SSL_CTX* context, const std::string& host, std::uint32_t address, std::uint16_t port)
    : fd_(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
      connection_(SSL_new(context)),
      host_(host) {
    sockaddr_in server{};
    server.sin_family = AF_INET;
    server.sin_port = htons(port);
    server.sin_addr.s_addr = address;
    const int on = 1;
    setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd_, reinterpret_cast<const sockaddr*>(&server), sizeof server) != 0
        && errno != EINPROGRESS) {
        const int reason = errno;
        close(fd_);
        throw std::system_error(reason, std::generic_category(), "connect");
    }
    SSL_set_fd(connection_.get(), fd_);
    SSL_set_tlsext_host_name(connection_.get(), host_.c_str());
    SSL_set_hostflags(connection_.get(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
    SSL_set1_host(connection_.get(), host_.c_str());
}

ColdFetch::~ColdFetch() {
    close(fd_);
}

void ColdFetch::advance() {
    if (state_ == State::connecting) state_ = State::handshake;
    if (state_ == State::handshake) shake_hands();
    if (state_ == State::reading) read_response();
}

void ColdFetch::shake_hands() {
    const int result = SSL_connect(connection_.get());
    if (result != 1) {
        const int reason = SSL_get_error(connection_.get(), result);
        if (reason != SSL_ERROR_WANT_READ && reason != SSL_ERROR_WANT_WRITE) state_ = State::failed;
        return;
    }
    const std::string request = "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: " + host_
                                + "\r\nUser-Agent: bench\r\nAccept: text/plain\r\nConnection: close\r\n\r\n";
    const int written = SSL_write(connection_.get(), request.data(), static_cast<int>(request.size()));
    state_ = written == static_cast<int>(request.size()) ? State::reading : State::failed;
}

void ColdFetch::read_response() {
    char piece[4096];
    for (;;) {
        const int got = SSL_read(connection_.get(), piece, sizeof piece);
        if (got <= 0) {
            if (SSL_get_error(connection_.get(), got) != SSL_ERROR_WANT_READ) state_ = State::failed;
            return;
        }
        response_.append(piece, static_cast<std::size_t>(got));
        if (!complete(response_)) continue;
        state_ = is_policy(response_) ? State::done : State::failed;
        SSL_shutdown(connection_.get());  // our close_notify; nobody waits for theirs
        return;
    }
}

}  // namespace tlspolicy::bench
