#pragma once

#include "base/wall_clock.hpp"
#include "tls/certificate.hpp"

#include <openssl/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tlspolicy::tls {

/// What can be wrong with the certificates that a server presents.
enum class Fault : std::uint8_t {
    expired,
    not_yet_valid,
    wrong_name,
    self_signed,     ///< nobody but itself vouches for it
    incomplete,      ///< the server does not send the certificates between its own and a root
    unknown_issuer,  ///< all are there, but no trusted root at their end
    other,           ///< as OpenSSL puts it: a weak key, a wrong purpose
};

struct ChainFault {
    Fault fault = Fault::other;
    std::string words = {};  ///< "certificate of mx.example.com expired on 2026-01-31"
};

/// All that keeps a client with the roots of `context` from taking `chain` for `host` at `now`; each fault by
/// itself, where a handshake tells the first alone. An empty chain has the fault `other`.
std::vector<ChainFault> faults_of(SSL_CTX& context, const Chain& chain, const std::string& host,
                                  WallTime now);

}  // namespace tlspolicy::tls
