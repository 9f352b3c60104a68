#pragma once

#include <cstdint>

namespace tlspolicy::postfix {

/// How one policy map answers; the last word of `socketmap:inet:127.0.0.1:8461:NAME` picks it.
struct MapOptions {
    enum class OnDnsFailure : std::uint8_t {
        not_found,  ///< deliver as if there were no policy (RFC 8461 §3.3 lets availability win)
        temp,       ///< for the strict: defer
    };

    /// Look up DANE, which goes before MTA-STS (RFC 8461, 2).
    bool dane = false;
    /// Add the attributes that TLS-RPT needs; for Postfix 3.10 and later (STS-41).
    bool tlsrpt = false;
    /// Treat `mode: testing` as `mode: enforce`.
    bool enforce_testing = false;
    /// Name the host in the TLS handshake (SNI): ` servername=hostname`, which Postfix before 3.4 does not
    /// know.
    bool servername = true;
    /// Say NOTFOUND whatever is known, and tell what would have been said: the safe way in.
    bool monitor = false;
    /// What to say when the TXT record cannot be looked up and nothing is known.
    OnDnsFailure on_dns_failure = OnDnsFailure::not_found;
    /// Where the server counts its answers; not for the operator.
    std::uint8_t slot = 0;

    friend bool operator==(const MapOptions&, const MapOptions&) = default;
};

}  // namespace tlspolicy::postfix
