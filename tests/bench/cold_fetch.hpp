#pragma once

#include <openssl/types.h>

#include <cstdint>
#include <memory>
#include <string>

namespace tlspolicy::bench {

struct FreeSsl {
    void operator()(SSL* connection) const noexcept;
    void operator()(SSL_CTX* context) const noexcept;
};
using SslContext = std::unique_ptr<SSL_CTX, FreeSsl>;

/// For TLS 1.3 with verification against the roots in `root_file`. Throws std::runtime_error.
SslContext verifying_context(const std::string& root_file);

/// One GET of a policy on a socket that does not block; told by its owner when the socket is ready.
class ColdFetch {
public:
    enum class State { connecting, handshake, reading, done, failed };

    /// `address` in network order. Throws std::system_error.
    ColdFetch(SSL_CTX* context, const std::string& host, std::uint32_t address, std::uint16_t port);
    ~ColdFetch();
    ColdFetch(const ColdFetch&) = delete;
    ColdFetch& operator=(const ColdFetch&) = delete;

    int fd() const noexcept { return fd_; }
    State state() const noexcept { return state_; }
    /// Does what can be done without waiting. done: status 200 and a body that begins like a policy.
    void advance();

private:
    void shake_hands();
    void read_response();

    int fd_;
    State state_ = State::connecting;
    std::unique_ptr<SSL, FreeSsl> connection_;
    std::string host_;
    std::string response_;
};

}  // namespace tlspolicy::bench
