#pragma once

#include "fakes/certificates.hpp"
#include "fakes/tcp_server.hpp"

#include <openssl/types.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tlspolicy::fakes {

enum class TlsVersions : std::uint8_t { all, tls_1_1_only };

/// The server's side of TLS over a peer's non-blocking socket.
class TlsTalk {
public:
    TlsTalk(PeerSocket& peer, const Identity& identity, TlsVersions versions);

    bool accept();
    /// 0 at the end, at an error, or when the server is to stop.
    std::size_t read(char* into, std::size_t size);
    bool write(std::string_view text);
    void close_notify();
    std::string sni() const;

private:
    template <class Step>
    int again(Step step);

    PeerSocket& peer_;
    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
    std::unique_ptr<SSL, void (*)(SSL*)> ssl_;
};

}  // namespace tlspolicy::fakes
